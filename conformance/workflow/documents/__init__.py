"""Documents: their requirements, cases and schemas listed, compared, and tried against a target."""
