"""The query language answered by plain Python over plain records, slowly and obviously.

Written from the language's reference alone: it shares the parser and the folding of text with
Muster, and nothing of the checker, the functions or the SQL.
"""
