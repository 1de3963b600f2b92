select
    s.series,
    s.name_ko,
    s.name_en,
    s.dimension,
    s.unit_code,
    u.name_ko as unit_ko,
    u.name_en as unit_en,
    s.aggregation,
    s.revision,
    s.note_ko,
    s.note_en,
    s.source
from {{ ref('series') }} as s
left join {{ ref('canonical_units') }} as u on u.unit_code = s.unit_code
