select
    dataset,
    scope,
    period,
    registry,
    key_basis,
    previous_period,
    is_latest,
    cast(row_count as bigint) as row_count,
    cast(row_count - key_count as bigint) as repeated_key_count,
    cast(previous_row_count as bigint) as previous_row_count,
    snapshot_id,
    is_simulated
from {{ ref('int_registry_editions_selected') }}
