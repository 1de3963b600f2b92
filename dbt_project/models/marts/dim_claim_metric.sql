select
    metric,
    name_ko,
    name_en,
    unit,
    unit_en,
    dimension,
    model,
    definition_ko,
    definition_en,
    words,
    needs_ko,
    needs_en,
    sort_order
from {{ ref('claim_metrics') }}
