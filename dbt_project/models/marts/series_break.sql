select
    break_id,
    effective,
    {{ as_quarter('effective') }} as quarter,
    complex_id,
    measures,
    kind,
    what_ko,
    what_en,
    source
from {{ ref('complex_breaks') }}
