"""The base of every model. No model of the project lives here."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable record: unknown fields are refused, docstrings are help texts."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
        ser_json_inf_nan="strings",
    )
