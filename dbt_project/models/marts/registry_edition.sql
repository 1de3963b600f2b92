select
    e.dataset,
    e.scope,
    e.period,
    e.registry,
    e.key_basis,
    e.previous_period,
    e.is_latest,
    cast(e.row_count as bigint) as row_count,
    cast(e.row_count - e.key_count as bigint) as repeated_key_count,
    cast(e.previous_row_count as bigint) as previous_row_count,
    cast(coalesce(l.row_count, 0) as bigint) as emptied_row_count,
    l.first_place as first_emptied,
    e.snapshot_id,
    e.is_simulated
from {{ ref('int_registry_editions_selected') }} as e
left join {{ ref('int_registry_rows_emptied') }} as l
    on l.dataset = e.dataset and l.scope = e.scope and l.period = e.period
