-- Rows of a registry that lost their address or their number of employees since the edition before,
-- which is no event of a factory's life. Known by its number a row is the same row; known by name and
-- address it has another key, and is told by its name: one of that name with an address is gone.
-- A column that an edition has nowhere is of another form, and lost by no row.
with listed as (
    select dataset, snapshot_id, period, complex_raw, registry_key, company_name as name_ko, address,
        employee_count, sheet, cell
    from {{ ref('stg_kicox__factories') }}
    union all
    select dataset, snapshot_id, period, complex_raw, registry_key, name_ko, address,
        cast(null as bigint) as employee_count, sheet, cell
    from {{ ref('stg_kicox__knowledge_centres') }}
),

rows_of_editions as (
    select
        l.dataset,
        e.scope,
        l.period,
        e.previous_period,
        e.next_period,
        l.registry_key,
        {{ firm_key('l.name_ko') }} as name_key,
        trim(l.sheet || ' ' || l.cell) as place,
        l.address is not null as has_address,
        l.employee_count is not null as has_employees
    from listed as l
    inner join {{ ref('registries') }} as r on r.dataset = l.dataset
    inner join {{ ref('int_registry_editions_selected') }} as e
        on e.snapshot_id = l.snapshot_id
        and e.period = l.period
        and e.scope = case when r.coverage = 'complex' then coalesce(l.complex_raw, '') else '_T' end
    where e.previous_period is not null or e.next_period is not null
),

neighboured as (
    select
        *,
        coalesce(lag(period) over of_one_key = previous_period, false) as is_known,
        coalesce(lead(period) over of_one_key = next_period, false) as stays,
        lag(has_address) over of_one_key as had_address,
        lag(has_employees) over of_one_key as had_employees,
        bool_or(has_address) over of_one_edition as edition_has_address,
        bool_or(has_employees) over of_one_edition as edition_has_employees
    from rows_of_editions
    window
        of_one_key as (partition by dataset, scope, registry_key order by period),
        of_one_edition as (partition by dataset, scope, period)
),

gone as (
    select distinct dataset, scope, next_period as period, name_key
    from neighboured
    where has_address and not stays
),

emptied as (
    select n.dataset, n.scope, n.period, n.place
    from neighboured as n
    left join gone as g
        on g.dataset = n.dataset and g.scope = n.scope and g.period = n.period
        and g.name_key = n.name_key and not n.is_known and not n.has_address
    where (n.is_known and n.had_address and not n.has_address and n.edition_has_address)
        or (n.is_known and n.had_employees and not n.has_employees and n.edition_has_employees)
        or (g.name_key is not null and n.edition_has_address)
)

select dataset, scope, period, count(*) as row_count, min(place) as first_place
from emptied
group by dataset, scope, period
