-- Every figure is withheld here. Disclosure control (pipeline/disclosure_step.py) puts in those that
-- may be published; were it left out, nothing would be disclosed, and the gate would stop.
select
    dataset,
    period,
    complex_id,
    industry_code,
    size_class,
    cast(null as bigint) as employment_count,
    'Q' as employment_count_status,
    cast(null as double) as employment_share_pct,
    case when size_class = '_T' then cast(factory_count as bigint) end as factory_count,
    'C' as conf_status,
    'unprotected' as conf_rule,
    is_simulated
from {{ ref('int_registry_employment_tabulated') }}
