-- what begins a version, one row a kind; and what ends one
with events as (
    {%- for kind in ['opening', 'reopening', 'rename', 'move', 'industry_change', 'complex_change'] %}
    select dataset, factory_key, '{{ kind }}' as event, previous_edition as edition_before,
        valid_from as edition_after, is_inferred, previous_factory_key, company_name, complex_raw,
        complex_id, province_code, ksic_code, is_simulated
    from {{ ref('dim_factory') }}
    where ';' || changes || ';' like '%;{{ kind }};%'
    union all
    {%- endfor %}
    select dataset, factory_key, 'closure' as event, valid_to as edition_before,
        closed_on_edition as edition_after, false as is_inferred, null as previous_factory_key,
        company_name, complex_raw, complex_id, province_code, ksic_code, is_simulated
    from {{ ref('dim_factory') }}
    where closed_on_edition is not null
)

select
    dataset,
    factory_key,
    event,
    edition_after,
    edition_before,
    is_inferred,
    previous_factory_key,
    company_name,
    complex_raw,
    complex_id,
    province_code,
    ksic_code,
    is_simulated
from events
