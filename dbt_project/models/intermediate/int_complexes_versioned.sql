-- The history of every complex of the country, as the status statistic tells it: versions from the
-- list of all complexes of each edition, designations and cancellations from its tables of those
-- (신규지정, 지정해제). A renamed complex has another identifier: the two are paired where one complex
-- leaves the list and one enters it in the same edition with the old name as its former one.
with editions as (
    select
        period,
        lag(period) over (order by period) as previous_period,
        lead(period) over (order by period) as next_period,
        lead(period) over (order by period) is null as is_latest
    from {{ ref('int_status_editions_selected') }}
),

listed as (
    select
        'kicox__complex_status' as dataset,
        q.status_complex_id as registry_key,
        q.*,
        e.previous_period,
        e.next_period,
        e.is_latest
    from {{ ref('int_status_quarters_pivoted') }} as q
    inner join editions as e on e.period = q.period
),

{{ registry_versions('listed', [
    {'kind': 'development_change', 'marks': {'development_status': 'development_status'}},
    {'kind': 'area_change', 'marks': {'designated_area': 'designated_area_k_m2'}},
]) }},

-- one row a complex that an edition says was designated or cancelled, the newest statement
announced as (
    select
        status_complex_id,
        max(period) as period,
        {%- for column in ['name_ko', 'complex_type', 'province_code', 'sigungu_ko', 'snapshot_id',
            'sheet', 'name_cell'] %}
        max_by({{ column }}, period) as {{ column }},
        {%- endfor %}
        max_by(case when measure = 'designated_area_k_m2' then value end, period)
            filter (where measure = 'designated_area_k_m2') as designated_area_k_m2,
        min(designated_on) as designated_on,
        max(cancelled_on) as cancelled_on,
        bool_or(table_id = 'cancelled') as is_cancelled,
        bool_or(is_simulated) as is_simulated
    from {{ ref('int_status_cells_harmonised') }}
    where table_id in ('newly_designated', 'cancelled') and row_kind = 'complex'
    group by status_complex_id
),

-- Those tables print full names, the list often short ones (강천 for 강천일반산업단지): where no
-- identifier fits, the name without its ending does, in the same city, if one complex alone has it.
stems as (
    select
        complex_type, province_code, sigungu_ko, {{ complex_stem('name_ko') }} as stem,
        min(registry_key) as registry_key
    from bounded
    group by complex_type, province_code, sigungu_ko, {{ complex_stem('name_ko') }}
    having count(distinct registry_key) = 1
),

linked as (
    select
        a.*,
        coalesce(known.registry_key, s.registry_key) as registry_key
    from announced as a
    left join (select distinct registry_key from bounded) as known
        on known.registry_key = a.status_complex_id
    left join stems as s
        on s.complex_type = a.complex_type and s.province_code = a.province_code
        and s.sigungu_ko = a.sigungu_ko and s.stem = {{ complex_stem('a.name_ko') }}
),

dates as (
    select
        registry_key,
        min(designated_on) as designated_on,
        max(cancelled_on) as cancelled_on,
        bool_or(is_cancelled) as is_cancelled
    from linked
    where registry_key is not null
    group by registry_key
),

renamed as (
    select
        n.registry_key,
        n.period as edition,
        min(o.registry_key) as previous_key
    from bounded as n
    inner join bounded as o
        on o.closed_on_edition = n.period
        and o.complex_type = n.complex_type and o.province_code = n.province_code
        and lower(replace(o.name_ko, ' ', '')) = lower(replace(n.former_name_ko, ' ', ''))
    where n.is_first
    group by n.registry_key, n.period
    having count(*) = 1
),

named as (
    select
        b.registry_key as status_complex_id,
        b.period as valid_from,
        b.valid_to,
        b.is_current,
        true as is_listed,
        case
            when r.previous_key is not null then 'rename'
            when b.is_first and d.designated_on is not null
                and (b.previous_period is not null or cast(d.designated_on as string)
                    >= cast({{ first_day('b.period') }} as string)) then 'designation'
            when b.is_first and b.previous_period is null then 'first_seen'
            when b.is_first then 'entry'
            else replace(
                {{ change_list([{'kind': 'development_change'}, {'kind': 'area_change'}]) }},
                'development_change',
                case when b.development_status = 'complete' then 'completion' else 'development_change' end
            )
        end as changes,
        case
            when b.closed_on_edition is null then null
            when gone.previous_key is not null then 'rename'
            when d.is_cancelled then 'cancellation'
            else 'exit'
        end as end_kind,
        b.closed_on_edition,
        d.designated_on,
        d.cancelled_on,
        b.name_ko,
        b.former_name_ko,
        r.previous_key as previous_status_complex_id,
        b.complex_type,
        b.province_code,
        b.sigungu_ko,
        b.level,
        b.parent_id,
        b.development_status,
        b.designated_area_k_m2,
        b.snapshot_id,
        b.sheet,
        b.name_cell,
        b.is_simulated
    from bounded as b
    left join dates as d on d.registry_key = b.registry_key
    left join renamed as r on r.registry_key = b.registry_key and r.edition = b.period
    left join renamed as gone
        on gone.previous_key = b.registry_key and gone.edition = b.closed_on_edition
    union all
    -- announced, and in no list that has landed
    select
        status_complex_id,
        period as valid_from,
        case when is_cancelled then period end as valid_to,
        not is_cancelled as is_current,
        false as is_listed,
        case when is_cancelled then 'cancellation' else 'designation' end as changes,
        case when is_cancelled then 'cancellation' end as end_kind,
        case when is_cancelled then period end as closed_on_edition,
        designated_on,
        cancelled_on,
        name_ko,
        null as former_name_ko,
        null as previous_status_complex_id,
        complex_type,
        province_code,
        sigungu_ko,
        null as level,
        null as parent_id,
        null as development_status,
        designated_area_k_m2,
        snapshot_id,
        sheet,
        name_cell,
        is_simulated
    from linked
    where registry_key is null
)

select * from named
