-- the versions of each apartment-type factory (지식산업센터), which are known by name and address
with rows_of_editions as (
    select
        c.*,
        e.scope,
        e.previous_period,
        e.next_period,
        e.is_latest,
        {{ names_province('c.address', 'p') }} as names_province
    from {{ ref('stg_kicox__knowledge_centres') }} as c
    inner join {{ ref('registries') }} as r on r.dataset = c.dataset
    inner join {{ ref('int_registry_editions_selected') }} as e
        on e.snapshot_id = c.snapshot_id
        and e.period = c.period
        and e.scope = case when r.coverage = 'complex' then coalesce(c.complex_raw, '') else '_T' end
    left join {{ ref('provinces') }} as p on p.province_code = c.province_code
),

{{ listed_once('rows_of_editions') }},

{{ registry_versions('listed', centre_changes()) }},

named as (
    select *, true as name_and_address from bounded
),

{{ paired_moves('named') }}

select
    n.dataset,
    n.registry_key as centre_key,
    n.period as valid_from,
    n.valid_to,
    n.is_current,
    case when m_from.closed_key is null then n.closed_on_edition end as closed_on_edition,
    case
        when m_to.is_same_place then 'respelling'
        when m_to.opened_key is not null then 'move'
        when n.is_first and n.previous_period is not null then 'opening'
        when n.is_first then 'first_seen'
        else {{ change_list(centre_changes()) }}
    end as changes,
    m_to.opened_key is not null as is_inferred,
    m_to.closed_key as previous_centre_key,
    n.name_ko,
    n.complex_raw,
    n.complex_id,
    n.province_code,
    n.sigungu_ko,
    n.address,
    n.location_type,
    n.sale_type,
    n.status,
    n.land_area_m2,
    n.floor_area_m2,
    n.tenant_capacity,
    n.approved_on,
    n.completed_on,
    n.snapshot_id,
    n.sheet,
    n.cell,
    n.is_simulated
from named as n
left join moves as m_to
    on m_to.dataset = n.dataset and m_to.opened_key = n.registry_key and m_to.edition = n.period
    and n.is_first
left join moves as m_from
    on m_from.dataset = n.dataset and m_from.closed_key = n.registry_key
    and m_from.edition = n.closed_on_edition
