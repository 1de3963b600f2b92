-- a snapshot once, however often the lock names it
select
    snapshot_id,
    max(dataset) as dataset,
    max(period) as period,
    max(sha256) as sha256,
    max(file_name) as file_name,
    max(bytes) as bytes,
    max(published_at) as published_at,
    max(published_at_basis) as published_at_basis,
    max(loaded_at) as loaded_at,
    bool_or(is_simulated) as is_simulated
from {{ ref('stg_sandan__snapshots') }}
group by snapshot_id
