-- The editions of each quarter, each a vintage: the one published last holds, of one day the one received
-- last. `superseded_at` is the day on which the next one was published.
with editions as (
    select
        snapshot_id,
        period,
        max(published_at) as vintage,
        max(loaded_at) as loaded_at
    from {{ ref('int_status_cells_harmonised') }}
    group by snapshot_id, period
)

select
    snapshot_id,
    period,
    cast(row_number() over publications as integer) as vintage_no,
    vintage,
    min(vintage) over (partition by period) as first_published_at,
    lead(vintage) over publications as superseded_at,
    lead(snapshot_id) over publications is null as is_latest
from editions
window publications as (partition by period order by vintage, loaded_at, snapshot_id)
