"""Operations over a selection of assets, as a plan that is looked at and a job that applies it."""
