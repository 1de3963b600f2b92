-- the versions of each factory; a move that is inferred from two keys says so
with rows_of_editions as (
    select
        f.*,
        e.scope,
        e.previous_period,
        e.next_period,
        e.is_latest,
        {{ names_province('f.address', 'p') }} as names_province
    from {{ ref('stg_kicox__factories') }} as f
    inner join {{ ref('registries') }} as r on r.dataset = f.dataset
    inner join {{ ref('int_registry_editions_selected') }} as e
        on e.snapshot_id = f.snapshot_id
        and e.period = f.period
        and e.scope = case when r.coverage = 'complex' then coalesce(f.complex_raw, '') else '_T' end
    left join {{ ref('provinces') }} as p on p.province_code = f.province_code
),

{{ listed_once('rows_of_editions') }},

{{ registry_versions('listed', factory_changes()) }},

named as (
    select
        *,
        {{ change_list(factory_changes()) }} as changes,
        is_first and (
            -- new since the edition before; a registration much older is a late entry of the list
            (previous_period is not null
                and coalesce(registered_on >= {{ first_day('previous_period') }}, true))
            -- in the first edition of all nothing is new but what was registered in its period
            or (previous_period is null
                and coalesce(registered_on >= {{ first_day('period') }}, false))
        ) as is_opening,
        key_basis = 'name_and_address' as name_and_address
    from bounded
),

{{ paired_moves('named') }}

select
    n.dataset,
    n.registry_key as factory_key,
    n.period as valid_from,
    n.valid_to,
    n.is_current,
    case when m_from.closed_key is null then n.closed_on_edition end as closed_on_edition,
    case
        when m_to.is_same_place then 'respelling'
        when m_to.opened_key is not null then 'move'
        when n.is_opening then 'opening'
        when n.is_first then 'first_seen'
        else n.changes
    end as changes,
    m_to.opened_key is not null as is_inferred,
    m_to.closed_key as previous_factory_key,
    m_from.opened_key as next_factory_key,
    coalesce(m_to.last_seen, n.period_before, n.previous_period) as previous_edition,
    n.key_basis,
    n.company_name,
    n.complex_raw,
    n.complex_id,
    n.province_code,
    n.sigungu_ko,
    n.address,
    n.ksic_code,
    n.industry_name,
    n.product,
    n.registered_on,
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
