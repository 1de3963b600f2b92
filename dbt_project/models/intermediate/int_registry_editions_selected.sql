-- The editions of the registries: of each dataset, scope and period the one published last. The
-- scope is the whole country (`_T`) or, where an interface is asked complex by complex, one complex.
-- Editions that know their rows by other keys (a number here, name and address there) cannot be held
-- against each other: neighbours are editions of one `key_basis`, that of most of their rows.
with listed as (
    select dataset, snapshot_id, period, coalesce(complex_raw, '') as complex_raw, registry_key,
        key_basis = 'registry_number' as has_number, published_at, loaded_at, is_simulated
    from {{ ref('stg_kicox__factories') }}
    union all
    select dataset, snapshot_id, period, coalesce(complex_raw, '') as complex_raw, registry_key,
        false as has_number, published_at, loaded_at, is_simulated
    from {{ ref('stg_kicox__knowledge_centres') }}
),

editions as (
    select
        l.dataset,
        max(r.registry) as registry,
        case when r.coverage = 'complex' then l.complex_raw else '_T' end as scope,
        l.period,
        l.snapshot_id,
        count(*) as row_count,
        count(distinct l.registry_key) as key_count,
        case when sum(case when l.has_number then 1 else -1 end) > 0 then 'registry_number'
            else 'name_and_address' end as key_basis,
        max(l.published_at) as published_at,
        max(l.loaded_at) as loaded_at,
        bool_or(l.is_simulated) as is_simulated
    from listed as l
    left join {{ ref('registries') }} as r on r.dataset = l.dataset
    group by l.dataset, case when r.coverage = 'complex' then l.complex_raw else '_T' end, l.period,
        l.snapshot_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by dataset, scope, period
            order by published_at desc, loaded_at desc, snapshot_id desc
        ) as place
    from editions
)

select
    dataset,
    registry,
    scope,
    period,
    snapshot_id,
    row_count,
    key_count,
    published_at,
    is_simulated,
    key_basis,
    lag(period) over neighbours as previous_period,
    lead(period) over neighbours as next_period,
    lag(row_count) over neighbours as previous_row_count,
    lead(period) over (partition by dataset, scope order by period) is null as is_latest
from ranked
where place = 1
window neighbours as (partition by dataset, scope, key_basis order by period)
