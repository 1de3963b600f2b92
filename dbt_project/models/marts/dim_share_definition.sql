select
    metric,
    definition,
    name_ko,
    name_en,
    numerator_series,
    denominator_series,
    denominator_print,
    note_ko,
    note_en,
    sort_order
from {{ ref('share_definitions') }}
