select
    province_code,
    name_ko,
    name_en,
    sort_order
from {{ ref('provinces') }}
