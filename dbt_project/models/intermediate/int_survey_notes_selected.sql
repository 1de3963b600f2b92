-- Figures on quality in the survey notes. Lines without one stay out: they may name a person.
select
    snapshot_id,
    sheet,
    cell,
    item,
    period,
    value,
    text,
    published_at,
    row_number() over (partition by period, item order by published_at desc, loaded_at desc, sheet, cell) = 1
        as is_latest,
    is_simulated
from {{ ref('stg_kicox__survey_notes') }}
where item <> 'text' and value is not null
