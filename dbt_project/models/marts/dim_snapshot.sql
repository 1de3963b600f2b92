select
    snapshot_id,
    dataset,
    period,
    sha256,
    file_name,
    bytes,
    published_at,
    published_at_basis,
    loaded_at,
    is_simulated
from {{ ref('int_snapshots_locked') }}
