-- The edition of each quarter that holds: the one published last.
with editions as (
    select
        snapshot_id,
        period,
        max(published_at) as published_at,
        max(loaded_at) as loaded_at
    from {{ ref('int_status_cells_harmonised') }}
    group by snapshot_id, period
),

ranked as (
    select
        snapshot_id,
        period,
        row_number() over (
            partition by period order by published_at desc, loaded_at desc, snapshot_id desc
        ) as place
    from editions
)

select snapshot_id, period
from ranked
where place = 1
