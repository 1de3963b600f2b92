-- every line of the survey notes (조사 개요), as landed; a line with several figures is several rows
select
    cast(snapshot_id as string) as snapshot_id,
    cast(publication_period as string) as period,
    coalesce(cast(sheet as string), '') as sheet,
    cast(cell as string) as cell,
    cast(item as string) as item,
    cast(value as double) as value,
    cast(text as string) as text,
    coalesce(cast(published_at as date), cast(loaded_at as date)) as published_at,
    cast(loaded_at as timestamp) as loaded_at,
    cast(is_simulated as boolean) as is_simulated
from {{ landed('survey_notes') }} as notes
