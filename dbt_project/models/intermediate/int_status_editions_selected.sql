-- The edition of each quarter that holds: the one published last.
select snapshot_id, period
from {{ ref('int_status_editions_listed') }}
where is_latest
