-- One row a factory and edition: who, where, which industry, which size class, how many employees.
-- CONFIDENTIAL: what is summed from this leaves the candidate only through disclosure control.
-- A respondent is a firm: factories of one name, however spelt, are one, because one firm knows them all.
-- A key made of name and address says besides that two spellings are one firm, where only blanks tell a
-- factory at the end of a name from the name (한빛 안산공장, 한빛안산공장): then all of either spelling are one.
with listed as (
    select
        f.dataset,
        f.period,
        f.snapshot_id,
        f.registry_key,
        f.key_basis,
        f.sheet,
        f.cell,
        f.complex_id,
        case
            when f.company_name is null or f.company_name like '%[…]%' then 'factory ' || f.registry_key
            else {{ firm_stem('f.company_name') }}
        end as stem,
        case
            when f.ksic_code is null then '_X'
            else coalesce(i.industry_code, 'NONMFG')
        end as industry_code,
        f.employee_count,
        f.is_simulated
    from {{ ref('stg_kicox__factories') }} as f
    inner join {{ ref('registries') }} as r on r.dataset = f.dataset
    inner join {{ ref('int_registry_editions_selected') }} as e
        on e.snapshot_id = f.snapshot_id
        and e.period = f.period
        and e.scope = case when r.coverage = 'complex' then coalesce(f.complex_raw, '') else '_T' end
    left join {{ ref('industries') }} as i
        on i.is_manufacturing
        and ';' || i.ksic_divisions || ';' like '%;' || substr(f.ksic_code, 1, 2) || ';%'
    where f.complex_id is not null and f.employee_count is not null
),

spellings as (
    select distinct stem, registry_key
    from listed
    where key_basis = 'name_and_address'
),

firsts as (
    select stem, min(first_stem) as first_stem
    from (
        select stem, min(stem) over (partition by registry_key) as first_stem
        from spellings
    ) as s
    group by stem
),

editions as (
    select l.*, coalesce(f.first_stem, l.stem) as respondent
    from listed as l
    left join firsts as f on f.stem = l.stem and f.first_stem < l.stem
),

-- a key that stands twice in an edition counts once, as in the history of the factories
ranked as (
    select
        *,
        row_number() over (
            partition by dataset, period, registry_key order by sheet || ' ' || cell
        ) as place
    from editions
)

select
    dataset,
    period,
    registry_key,
    respondent,
    complex_id,
    industry_code,
    case
        when employee_count < 50 then 'LT50'
        when employee_count < 300 then '50_299'
        else 'GE300'
    end as size_class,
    employee_count,
    is_simulated
from ranked
where place = 1
