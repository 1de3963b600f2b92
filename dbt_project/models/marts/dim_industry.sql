select
    industry_code,
    name_ko,
    name_en,
    spellings,
    ksic_divisions,
    isic_sections,
    isic_divisions,
    publisher_code,
    is_manufacturing,
    sort_order,
    mapping_source
from {{ ref('industries') }}
