select
    kpi,
    name_ko,
    name_en,
    unit_ko,
    unit_en,
    formula_ko,
    formula_en,
    source,
    sort_order
from {{ ref('kpis') }}
