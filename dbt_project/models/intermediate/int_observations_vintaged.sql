-- Which statement of a number is which vintage.
--
-- A key is complex × industry × size class × sex × measure × period × freq. Of the rows of a key
-- that one edition holds, the table with the lowest number counts (표1 before 표2); an edition of
-- CSV files counts only where no workbook ever stated the key. What does not count has no vintage_no.
-- The rows that count are read in order of publication; a change of value or status is a new
-- vintage, the same again is not: relative difference under 1e-9, or under 1e-8 where one of the
-- two has the 10 digits of the CSV edition. is_latest marks one row a key: the first that stated
-- what holds now. `begins_vintage` marks the cell that first stated a vintage; the vintage is named by
-- the day of that statement and holds until the day on which the next one was published.
{%- set key = 'complex_id, industry_code, size_class, sex, measure, period, freq' %}
with ranked as (
    select
        *,
        min(case when is_csv_edition then 1 else 0 end) over (partition by {{ key }}) as only_csv,
        row_number() over (
            partition by
                {{ key }},
                case when is_csv_edition
                    then 'csv ' || publication_period || ' ' || cast(published_at as string)
                    else snapshot_id
                end
            order by table_no, snapshot_id, sheet, cell
        ) as rank_in_edition
    from {{ ref('int_observations_harmonised') }}
),

judged as (
    select
        *,
        rank_in_edition = 1 and (not is_csv_edition or only_csv = 1) as counts
    from ranked
),

compared as (
    select
        *,
        row_number() over in_order as place,
        lag(value) over in_order as value_before,
        lag(obs_status) over in_order as status_before,
        lag(is_csv_edition) over in_order as csv_before
    from judged
    where counts
    window in_order as (
        partition by {{ key }}
        -- a lower table number is stronger, so it comes last among equals
        order by published_at, loaded_at, publication_period, table_no desc, snapshot_id
    )
),

changed as (
    select
        *,
        case
            when place = 1 then 1
            when obs_status <> status_before then 1
            when value is null and value_before is null then 0
            when value is null or value_before is null then 1
            when abs(value - value_before)
                <= (case when is_csv_edition or csv_before then 1e-8 else 1e-9 end)
                    * greatest(abs(value), abs(value_before))
                then 0
            else 1
        end as is_change
    from compared
),

numbered as (
    select
        *,
        sum(is_change) over (partition by {{ key }} order by place) as vintage_number,
        sum(is_change) over (partition by {{ key }}) as last_vintage_number
    from changed
),

dated as (
    select
        *,
        min(published_at) over (partition by {{ key }}) as first_published_at,
        min(published_at) over (partition by {{ key }}, vintage_number) as vintage,
        min(published_at) over (
            partition by {{ key }} order by vintage_number
            range between 1 following and 1 following
        ) as superseded_at
    from numbered
),

-- the place of a change is where its vintage begins
marked as (
    select
        snapshot_id,
        table_id,
        sheet,
        cell,
        cast(vintage_number as integer) as vintage_no,
        first_published_at,
        vintage,
        superseded_at,
        is_change = 1 as begins_vintage,
        vintage_number = last_vintage_number and is_change = 1 as is_latest
    from dated
)

select
    j.dataset,
    j.snapshot_id,
    j.table_id,
    j.table_no,
    j.sheet,
    j.cell,
    j.complex_raw,
    j.complex_id,
    j.industry_raw,
    j.industry_code,
    j.size_class,
    j.sex,
    j.measure,
    j.kind,
    j.relation,
    j.freq,
    j.period,
    j.publication_period,
    j.unit_raw,
    j.unit,
    j.value,
    j.value_raw,
    j.obs_status,
    j.conf_status,
    j.published_at,
    j.loaded_at,
    m.vintage_no,
    m.first_published_at,
    m.vintage,
    m.superseded_at,
    coalesce(m.begins_vintage, false) as begins_vintage,
    coalesce(m.is_latest, false) as is_latest,
    j.is_simulated
from judged as j
left join marked as m
    on m.snapshot_id = j.snapshot_id
    and m.table_id = j.table_id
    and m.sheet = j.sheet
    and m.cell = j.cell
