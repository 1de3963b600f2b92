select
    k.kpi,
    k.name_ko,
    k.name_en,
    k.unit_code,
    u.name_ko as unit_ko,
    u.name_en as unit_en,
    k.formula_ko,
    k.formula_en,
    k.source,
    k.sort_order
from {{ ref('kpis') }} as k
left join {{ ref('canonical_units') }} as u on u.unit_code = k.unit_code
