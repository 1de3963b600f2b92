-- what the build's lock names: one row a file of a publisher
select
    cast(snapshot_id as string) as snapshot_id,
    cast(dataset as string) as dataset,
    cast(period as string) as period,
    cast(sha256 as string) as sha256,
    cast(file_name as string) as file_name,
    cast(bytes as bigint) as bytes,
    cast(published_at as date) as published_at,
    cast(published_at_basis as string) as published_at_basis,
    -- ISO 8601 with Z or an offset: the session runs in UTC
    cast(cast(loaded_at as {{ type_instant() }}) as timestamp) as loaded_at,
    cast(is_simulated as boolean) as is_simulated
from {{ landed('snapshots') }} as snapshots
