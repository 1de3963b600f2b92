select
    unit_code,
    dimension,
    name_ko,
    name_en,
    unit_measure,
    unit_mult,
    decimals,
    description_ko,
    description_en,
    sort_order
from {{ ref('canonical_units') }}
