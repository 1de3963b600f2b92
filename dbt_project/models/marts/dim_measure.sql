select
    measure,
    landed_measure,
    unit_code,
    dimension,
    kind,
    name_ko,
    name_en,
    unit_ko,
    unit_en,
    definition_ko,
    definition_en,
    source
from {{ ref('measures') }}
