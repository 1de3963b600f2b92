select
    codelist,
    code,
    name_ko,
    name_en,
    description_ko,
    description_en,
    sdmx_codelist,
    sort_order
from {{ ref('codes') }}
