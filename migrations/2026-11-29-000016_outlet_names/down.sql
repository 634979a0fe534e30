drop index outlets_name;
create index outlets_name on outlets (lower(name));
