-- The vintages of a national figure: a statement that changes its value or its status begins one,
-- statements that repeat it belong to it. `stated_on` is the day of its first statement,
-- `stated_until` of its last. The newest vintage holds; all stay.
with compared as (
    select
        *,
        lag(value) over statements as value_before,
        lag(obs_status) over statements as status_before,
        row_number() over statements as statement_no
    from {{ ref('int_series_harmonised') }}
    window statements as (
        partition by series, area, period order by stated_on, loaded_at, snapshot_id, sheet, cell
    )
),

numbered as (
    select
        *,
        sum(case
            when statement_no > 1 and value is not distinct from value_before
                and obs_status is not distinct from status_before then 0
            else 1
        end) over (
            partition by series, area, period order by statement_no
            rows between unbounded preceding and current row
        ) as vintage_no
    from compared
),

bounded as (
    select
        *,
        min(statement_no) over (partition by series, area, period, vintage_no) as first_statement,
        max(stated_on) over (partition by series, area, period, vintage_no) as stated_until,
        max(vintage_no) over (partition by series, area, period) as last_vintage,
        min(stated_on) over (partition by series, area, period) as first_published_at,
        min(stated_on) over (
            partition by series, area, period order by vintage_no
            range between 1 following and 1 following
        ) as superseded_at
    from numbered
)

select
    series,
    area,
    period,
    freq,
    cast(vintage_no as integer) as vintage_no,
    vintage_no = last_vintage as is_latest,
    value,
    dimension,
    obs_status,
    stated_on,
    is_change_dated,
    stated_until,
    first_published_at,
    superseded_at,
    value_raw,
    unit_raw,
    item_code,
    item_raw,
    scope_ko,
    scope_en,
    source,
    dataset,
    snapshot_id,
    sha256,
    sheet,
    cell,
    loaded_at,
    is_simulated
from bounded
where statement_no = first_statement
