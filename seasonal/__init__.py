"""Seasonal adjustment by X-13ARIMA-SEATS with Korean calendars: plain functions on tables.

`calendars` makes the regressors, `frozen` keeps the models, `x13` runs the Census Bureau's binary,
`adjustment` has what others call: `adjust` and `identify`.
"""

from seasonal.adjustment import Adjustment, adjust, identify
from seasonal.frozen import Model, ModelError, ModelStore, load_models, save_model

__all__ = [
    "Adjustment",
    "Model",
    "ModelError",
    "ModelStore",
    "adjust",
    "identify",
    "load_models",
    "save_model",
]
