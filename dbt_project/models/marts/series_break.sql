select
    break_id,
    effective,
    {{ as_quarter('effective') }} as quarter,
    complex_id,
    measures,
    kind,
    what_ko,
    what_en,
    source,
    source_ko
from {{ ref('complex_breaks') }}
