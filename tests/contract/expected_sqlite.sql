CREATE UNIQUE INDEX address_name ON address (customer_id, name) WHERE NOT this_service_only;
CREATE INDEX agreement_group_sla ON agreement_group (sla_id);
CREATE INDEX api_token_of_user ON api_token (user_id);
CREATE UNIQUE INDEX calendar_entry_once ON calendar_entry (feed_id, activity_id);
CREATE INDEX calendar_feed_customer ON calendar_feed (customer_id);
CREATE INDEX calendar_feed_user ON calendar_feed (user_id);
CREATE INDEX calendar_feed_worker ON calendar_feed (worker_id);
CREATE UNIQUE INDEX calendar_holiday_date ON calendar_holiday (calendar_id, on_date);
CREATE UNIQUE INDEX calendar_hours_opens ON calendar_hours (calendar_id, weekday, opens_minute);
CREATE INDEX contact_customer ON contact (customer_id);
CREATE INDEX "idx_event_subject_c8c562" ON "event" ("subject_type", "subject_id", "seq");
CREATE INDEX "idx_event_undoabl_eb95ac" ON "event" ("undoable_by", "batch");
CREATE INDEX "idx_mutation_ke_at_cab353" ON "mutation_key" ("at");
CREATE INDEX "idx_planning_ru_status_281423" ON "planning_run" ("status");
CREATE INDEX "idx_service_ord_progres_242fbd" ON "service_order" ("progress");
CREATE INDEX "idx_service_ord_service_f75d46" ON "service_order" ("service_at");
CREATE INDEX "idx_session_previou_46343c" ON "session" ("previous_hash");
CREATE INDEX item_requirement_item ON item_requirement (item_id);
CREATE UNIQUE INDEX item_requirement_place ON item_requirement (order_id, line_number);
CREATE UNIQUE INDEX item_requirement_planned_once ON item_requirement (agreement_line_id, calculated_on) WHERE agreement_line_id IS NOT NULL;
CREATE INDEX item_requirement_project ON item_requirement (project_id);
CREATE INDEX journal_posting_journal ON journal_posting (journal_id);
CREATE INDEX project_customer ON project (customer_id);
CREATE INDEX project_of_group ON project (group_id);
CREATE INDEX project_price_category ON project_price (category_id);
CREATE INDEX project_price_item ON project_price (item_id);
CREATE INDEX project_price_project ON project_price (project_id);
CREATE UNIQUE INDEX project_price_what ON project_price (transaction_type, currency, coalesce(project_id, 0), coalesce(item_id, 0), coalesce(worker_id, 0), coalesce(category_id, 0), starts_on);
CREATE INDEX project_price_worker ON project_price (worker_id);
CREATE INDEX project_transaction_agreement ON project_transaction (agreement_id);
CREATE INDEX project_transaction_executed ON project_transaction (executed_on);
CREATE UNIQUE INDEX project_transaction_once ON project_transaction (order_line_id);
CREATE UNIQUE INDEX project_transaction_place ON project_transaction (order_id, line_number);
CREATE INDEX project_transaction_posting ON project_transaction (posting_id);
CREATE INDEX project_transaction_project ON project_transaction (project_id);
CREATE INDEX project_validation_category ON project_validation (category_id);
CREATE UNIQUE INDEX project_validation_what ON project_validation (project_id, coalesce(worker_id, 0), coalesce(category_id, 0));
CREATE INDEX project_validation_worker ON project_validation (worker_id);
CREATE INDEX recorded_time_order ON recorded_time (order_id, starts_at);
CREATE UNIQUE INDEX recorded_time_running ON recorded_time (order_id) WHERE ends_at IS NULL;
CREATE INDEX service_activity_long ON service_activity (starts_at, ends_at) WHERE round((julianday(ends_at) - julianday(starts_at)) * 86400.0, 3) > 86400.0;
CREATE INDEX service_activity_order ON service_activity (order_id);
CREATE INDEX service_activity_times ON service_activity (starts_at, ends_at);
CREATE INDEX service_activity_undispatched ON service_activity (closed, dispatch_status);
CREATE INDEX service_activity_worker ON service_activity (worker_id, starts_at);
CREATE INDEX service_agreement_line_object ON service_agreement_line (object_relation_id);
CREATE UNIQUE INDEX service_agreement_line_place ON service_agreement_line (agreement_id, line_number);
CREATE INDEX service_agreement_of_group ON service_agreement (group_id);
CREATE INDEX service_agreement_project ON service_agreement (project_id);
CREATE INDEX service_agreement_sla ON service_agreement (sla_id);
CREATE INDEX service_agreement_template ON service_agreement (template_group_id);
CREATE INDEX service_object_item ON service_object (item_id);
CREATE INDEX service_object_of_group ON service_object (group_id);
CREATE UNIQUE INDEX service_object_relation_agreement ON service_object_relation (agreement_id, object_id, coalesce(serial_number, '')) WHERE agreement_id IS NOT NULL;
CREATE INDEX service_object_relation_object ON service_object_relation (object_id);
CREATE UNIQUE INDEX service_object_relation_order ON service_object_relation (order_id, object_id, coalesce(serial_number, '')) WHERE order_id IS NOT NULL;
CREATE INDEX service_order_address ON service_order (address_id);
CREATE INDEX service_order_agreement ON service_order (agreement_id);
CREATE INDEX service_order_alarm ON service_order (sla_next_alarm_at) WHERE sla_next_alarm_at IS NOT NULL;
CREATE INDEX service_order_customer ON service_order (customer_id);
CREATE INDEX service_order_incoming ON service_order (created_at) WHERE incoming_web_order;
CREATE INDEX service_order_line_activity ON service_order_line (activity_id);
CREATE UNIQUE INDEX service_order_line_number ON service_order_line (order_id, line_number);
CREATE INDEX service_order_line_object ON service_order_line (object_relation_id);
CREATE UNIQUE INDEX service_order_line_occurrence ON service_order_line (agreement_line_id, calculated_on) WHERE agreement_line_id IS NOT NULL;
CREATE INDEX service_order_line_worker ON service_order_line (worker_id);
CREATE INDEX service_order_risk ON service_order (sla_risk) WHERE sla_risk IN ('AT_RISK', 'BREACHED');
CREATE INDEX service_order_sla ON service_order (sla_id, sla_started_at) WHERE sla_id IS NOT NULL;
CREATE INDEX service_order_stage ON service_order (stage_id);
CREATE INDEX service_order_timed ON service_order (sla_calendar_id, sla_calendar_version) WHERE sla_status = 'STARTED';
CREATE UNIQUE INDEX service_task_relation_agreement ON service_task_relation (agreement_id, task_id) WHERE agreement_id IS NOT NULL;
CREATE UNIQUE INDEX service_task_relation_order ON service_task_relation (order_id, task_id) WHERE order_id IS NOT NULL;
CREATE INDEX service_task_relation_task ON service_task_relation (task_id);
CREATE INDEX session_of_user ON session (user_id);
CREATE UNIQUE INDEX stage_initial ON stage (coalesce(parent_id, 0)) WHERE parent_id IS NULL;
CREATE UNIQUE INDEX stage_reason_number ON stage_reason (order_id, line_number);
CREATE INDEX template_group_children ON template_group (parent_id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE status = 'PENDING';
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE status = 'DELIVERED';
CREATE INDEX webhook_delivery_status ON webhook_delivery (webhook_id, status);
CREATE INDEX webhook_delivery_subject ON webhook_delivery (webhook_id, subject_type, subject_id) WHERE status = 'PENDING';
CREATE INDEX worker_team ON worker (team_id);
CREATE TABLE "activity_phase" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "activity_type" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "address" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "street" VARCHAR(200) NOT NULL,
    "postal_code" VARCHAR(20) NOT NULL,
    "city" VARCHAR(100) NOT NULL,
    "country" VARCHAR(2) NOT NULL,
    "latitude" VARCHAR(40),
    "longitude" VARCHAR(40),
    "time_zone" VARCHAR(60),
    "this_service_only" INT NOT NULL DEFAULT 0,
    "version" INT NOT NULL,
    "customer_id" INT NOT NULL REFERENCES "customer" ("id") ON DELETE CASCADE
);
CREATE TABLE "agreement_group" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL,
    "sla_id" INT REFERENCES "service_level" ("id") ON DELETE RESTRICT
);
CREATE TABLE "api_token" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" VARCHAR(120) NOT NULL UNIQUE,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "scopes" JSON NOT NULL,
    "expires_at" TIMESTAMP,
    "ended_at" TIMESTAMP,
    "created_at" TIMESTAMP NOT NULL,
    "user_id" INT NOT NULL REFERENCES "user_account" ("id") ON DELETE CASCADE
);
CREATE TABLE "calendar" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "time_zone" VARCHAR(60) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "calendar_entry" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "activity_id" INT NOT NULL,
    "digest" VARCHAR(64) NOT NULL,
    "summary" VARCHAR(400) NOT NULL,
    "starts_at" TIMESTAMP NOT NULL,
    "ends_at" TIMESTAMP NOT NULL,
    "sequence" INT NOT NULL,
    "changed_at" TIMESTAMP NOT NULL,
    "cancelled" INT NOT NULL,
    "feed_id" INT NOT NULL REFERENCES "calendar_feed" ("id") ON DELETE CASCADE
);
CREATE TABLE "calendar_feed" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "created_at" TIMESTAMP NOT NULL,
    "ended_at" TIMESTAMP,
    "customer_id" INT REFERENCES "customer" ("id") ON DELETE RESTRICT,
    "user_id" INT REFERENCES "user_account" ("id") ON DELETE CASCADE,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "calendar_holiday" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "on_date" DATE NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "opens_minute" SMALLINT,
    "closes_minute" SMALLINT,
    "calendar_id" INT NOT NULL REFERENCES "calendar" ("id") ON DELETE CASCADE
);
CREATE TABLE "calendar_hours" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "weekday" SMALLINT NOT NULL,
    "opens_minute" SMALLINT NOT NULL,
    "closes_minute" SMALLINT NOT NULL,
    "calendar_id" INT NOT NULL REFERENCES "calendar" ("id") ON DELETE CASCADE
);
CREATE TABLE "contact" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "phone" VARCHAR(40),
    "email" VARCHAR(200),
    "version" INT NOT NULL,
    "customer_id" INT NOT NULL REFERENCES "customer" ("id") ON DELETE CASCADE
);
CREATE TABLE "customer" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "phone" VARCHAR(40),
    "email" VARCHAR(200),
    "active" INT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "dispatch_team" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
, "owner_id" INT NOT NULL REFERENCES "worker" ("id") ON DELETE RESTRICT);
CREATE TABLE "event" (
    "seq" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "batch" BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(60) NOT NULL,
    "subject_type" VARCHAR(40) NOT NULL,
    "subject_id" BIGINT NOT NULL,
    "actor_id" INT,
    "actor_name" VARCHAR(120) NOT NULL,
    "key" VARCHAR(80),
    "reason" VARCHAR(1000),
    "undoable_by" VARCHAR(80),
    "body" JSON NOT NULL
);
CREATE TABLE "event_head" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "epoch" VARCHAR(12) NOT NULL,
    "seq" BIGINT NOT NULL,
    "floor" BIGINT NOT NULL
);
CREATE TABLE "item" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "type" VARCHAR(10) NOT NULL  /* ITEM: ITEM\nBOM: BOM\nSERVICE: SERVICE */,
    "unit" VARCHAR(10) NOT NULL,
    "active" INT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "item_requirement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "line_number" INT NOT NULL,
    "calculated_on" DATE,
    "quantity" VARCHAR(40) NOT NULL,
    "unit" VARCHAR(10) NOT NULL,
    "description" VARCHAR(200) NOT NULL,
    "supply" VARCHAR(10) NOT NULL  /* CONSUME: CONSUME\nPURCHASE: PURCHASE\nPRODUCTION: PRODUCTION */,
    "required_on" DATE,
    "delivered_at" TIMESTAMP,
    "version" INT NOT NULL,
    "agreement_line_id" INT REFERENCES "service_agreement_line" ("id") ON DELETE RESTRICT,
    "item_id" INT NOT NULL REFERENCES "item" ("id") ON DELETE RESTRICT,
    "order_id" INT NOT NULL REFERENCES "service_order" ("id") ON DELETE RESTRICT,
    "project_id" INT NOT NULL REFERENCES "project" ("id") ON DELETE RESTRICT,
    "site_id" INT REFERENCES "address" ("id") ON DELETE RESTRICT
);
CREATE TABLE "journal" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "transaction_type" VARCHAR(10) NOT NULL  /* HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE */,
    "show_start_end_time" INT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "journal_posting" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "posted_at" TIMESTAMP NOT NULL,
    "posted_by" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL,
    "journal_id" INT NOT NULL REFERENCES "journal" ("id") ON DELETE RESTRICT
);
CREATE TABLE "ledger_account" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "line_property" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "chargeable_percent" SMALLINT NOT NULL DEFAULT 100,
    "version" INT NOT NULL
);
CREATE TABLE "mutation_key" (
    "id" VARCHAR(200) NOT NULL  PRIMARY KEY,
    "hash" VARCHAR(64) NOT NULL,
    "answer" JSON,
    "at" TIMESTAMP NOT NULL
);
CREATE TABLE "number_sequence" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "code" VARCHAR(40) NOT NULL UNIQUE,
    "prefix" VARCHAR(10) NOT NULL,
    "next" BIGINT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "planning_run" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "status" VARCHAR(10) NOT NULL  /* WAITING: WAITING\nRUNNING: RUNNING\nDONE: DONE\nSTOPPED: STOPPED\nFAILED: FAILED */,
    "from_on" DATE NOT NULL,
    "to_on" DATE NOT NULL,
    "transaction_types" JSON NOT NULL,
    "continuous" INT NOT NULL,
    "agreement_ids" JSON,
    "done_up_to" INT NOT NULL,
    "begun_next" INT NOT NULL,
    "agreements_total" INT NOT NULL,
    "agreements_done" INT NOT NULL,
    "orders_created" INT NOT NULL,
    "lines_created" INT NOT NULL,
    "lines_there" INT NOT NULL,
    "lines_skipped" INT NOT NULL,
    "calendar_conflicts" INT NOT NULL,
    "problem" VARCHAR(1000),
    "created_at" TIMESTAMP NOT NULL,
    "created_by" VARCHAR(120) NOT NULL,
    "user_id" INT,
    "by_clock" INT NOT NULL,
    "ended_at" TIMESTAMP,
    "version" INT NOT NULL
);
CREATE TABLE "project" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "type" VARCHAR(20) NOT NULL  /* TIME_AND_MATERIAL: TIME_AND_MATERIAL\nFIXED_PRICE: FIXED_PRICE\nINVESTMENT: INVESTMENT\nCOST: COST\nINTERNAL: INTERNAL\nTIME: TIME */,
    "active" INT NOT NULL,
    "version" INT NOT NULL,
    "customer_id" INT REFERENCES "customer" ("id") ON DELETE RESTRICT,
    "expense_offset_account_id" INT REFERENCES "ledger_account" ("id") ON DELETE RESTRICT,
    "group_id" INT REFERENCES "project_group" ("id") ON DELETE RESTRICT,
    "line_property_id" INT REFERENCES "line_property" ("id") ON DELETE RESTRICT
);
CREATE TABLE "project_category" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "transaction_type" VARCHAR(10) NOT NULL  /* HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE */,
    "active_in_journals" INT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "project_group" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "project_price" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "transaction_type" VARCHAR(10) NOT NULL  /* HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE */,
    "starts_on" DATE NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "cost_price_minor" BIGINT,
    "sales_price_minor" BIGINT,
    "version" INT NOT NULL,
    "category_id" INT REFERENCES "project_category" ("id") ON DELETE RESTRICT,
    "item_id" INT REFERENCES "item" ("id") ON DELETE RESTRICT,
    "project_id" INT REFERENCES "project" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "project_transaction" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "line_number" INT NOT NULL,
    "transaction_type" VARCHAR(10) NOT NULL  /* HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE */,
    "executed_on" DATE NOT NULL,
    "description" VARCHAR(200) NOT NULL,
    "quantity" VARCHAR(40) NOT NULL,
    "unit" VARCHAR(10) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "cost_price_minor" BIGINT NOT NULL,
    "sales_price_minor" BIGINT NOT NULL,
    "cost_minor" BIGINT NOT NULL,
    "sales_minor" BIGINT NOT NULL,
    "version" INT NOT NULL,
    "agreement_id" INT REFERENCES "service_agreement" ("id") ON DELETE RESTRICT,
    "category_id" INT REFERENCES "project_category" ("id") ON DELETE RESTRICT,
    "item_id" INT REFERENCES "item" ("id") ON DELETE RESTRICT,
    "line_property_id" INT REFERENCES "line_property" ("id") ON DELETE RESTRICT,
    "offset_account_id" INT REFERENCES "ledger_account" ("id") ON DELETE RESTRICT,
    "order_id" INT NOT NULL REFERENCES "service_order" ("id") ON DELETE RESTRICT,
    "order_line_id" INT NOT NULL REFERENCES "service_order_line" ("id") ON DELETE RESTRICT,
    "posting_id" INT NOT NULL REFERENCES "journal_posting" ("id") ON DELETE RESTRICT,
    "project_id" INT NOT NULL REFERENCES "project" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "project_validation" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "version" INT NOT NULL,
    "category_id" INT REFERENCES "project_category" ("id") ON DELETE RESTRICT,
    "project_id" INT NOT NULL REFERENCES "project" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "recorded_time" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "starts_at" TIMESTAMP NOT NULL,
    "ends_at" TIMESTAMP,
    "status" VARCHAR(10) NOT NULL  /* NONE: NONE\nSTARTED: STARTED\nSTOPPED: STOPPED\nCANCELED: CANCELED */,
    "counted" BIGINT,
    "order_id" INT NOT NULL REFERENCES "service_order" ("id") ON DELETE CASCADE
);
CREATE TABLE "service_activity" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(30) NOT NULL UNIQUE,
    "title" VARCHAR(200) NOT NULL,
    "category" VARCHAR(60),
    "purpose" VARCHAR(120),
    "starts_at" TIMESTAMP,
    "ends_at" TIMESTAMP,
    "priority" VARCHAR(10) NOT NULL  /* HIGH: HIGH\nNORMAL: NORMAL\nLOW: LOW */,
    "dispatch_status" VARCHAR(12) NOT NULL  /* UNDISPATCHED: UNDISPATCHED\nDISPATCHED: DISPATCHED */,
    "closed" INT NOT NULL,
    "overlap_accepted" INT NOT NULL,
    "version" INT NOT NULL,
    "order_id" INT NOT NULL REFERENCES "service_order" ("id") ON DELETE CASCADE,
    "phase_id" INT REFERENCES "activity_phase" ("id") ON DELETE RESTRICT,
    "task_id" INT REFERENCES "service_task" ("id") ON DELETE RESTRICT,
    "type_id" INT REFERENCES "activity_type" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_agreement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "description" VARCHAR(1000) NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE,
    "suspended" INT NOT NULL,
    "combine_by" VARCHAR(30) NOT NULL  /* BY_SERVICE_AGREEMENT: BY_SERVICE_AGREEMENT\nBY_SERVICE_TASK: BY_SERVICE_TASK\nBY_EMPLOYEE: BY_EMPLOYEE\nBY_SERVICE_OBJECT: BY_SERVICE_OBJECT */,
    "version" INT NOT NULL,
    "activity_type_id" INT REFERENCES "activity_type" ("id") ON DELETE RESTRICT,
    "contact_id" INT REFERENCES "contact" ("id") ON DELETE RESTRICT,
    "group_id" INT NOT NULL REFERENCES "agreement_group" ("id") ON DELETE RESTRICT,
    "preferred_technician_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT,
    "project_id" INT NOT NULL REFERENCES "project" ("id") ON DELETE RESTRICT,
    "responsible_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT,
    "sla_id" INT REFERENCES "service_level" ("id") ON DELETE RESTRICT,
    "template_group_id" INT REFERENCES "template_group" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_agreement_line" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "line_number" INT NOT NULL,
    "transaction_type" VARCHAR(10) NOT NULL  /* HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE */,
    "description" VARCHAR(200) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE,
    "stopped" INT NOT NULL,
    "quantity" VARCHAR(40) NOT NULL,
    "unit" VARCHAR(10) NOT NULL,
    "cost_price_minor" BIGINT,
    "sales_price_minor" BIGINT,
    "sales_price_modified" INT NOT NULL DEFAULT 0,
    "item_setup" VARCHAR(20)   /* ITEM_CONSUMPTION: ITEM_CONSUMPTION\nITEM_REQUIREMENT: ITEM_REQUIREMENT */,
    "starts_after_minute" SMALLINT,
    "ends_before_minute" SMALLINT,
    "version" INT NOT NULL,
    "agreement_id" INT NOT NULL REFERENCES "service_agreement" ("id") ON DELETE CASCADE,
    "category_id" INT NOT NULL REFERENCES "project_category" ("id") ON DELETE RESTRICT,
    "interval_id" INT REFERENCES "service_interval" ("id") ON DELETE RESTRICT,
    "item_id" INT REFERENCES "item" ("id") ON DELETE RESTRICT,
    "line_property_id" INT NOT NULL REFERENCES "line_property" ("id") ON DELETE RESTRICT,
    "object_relation_id" INT REFERENCES "service_object_relation" ("id") ON DELETE NO ACTION,
    "offset_account_id" INT REFERENCES "ledger_account" ("id") ON DELETE RESTRICT,
    "project_id" INT NOT NULL REFERENCES "project" ("id") ON DELETE RESTRICT,
    "site_id" INT REFERENCES "address" ("id") ON DELETE RESTRICT,
    "task_id" INT REFERENCES "service_task" ("id") ON DELETE RESTRICT,
    "time_window_id" INT REFERENCES "time_window" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_interval" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "range" VARCHAR(10) NOT NULL  /* DAILY: DAILY\nWEEKLY: WEEKLY\nMONTHLY: MONTHLY\nQUARTERLY: QUARTERLY\nYEARLY: YEARLY */,
    "frequency" INT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "service_level" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "days" INT NOT NULL,
    "hours" INT NOT NULL,
    "minutes" INT NOT NULL,
    "suspended" INT NOT NULL,
    "version" INT NOT NULL,
    "calendar_id" INT REFERENCES "calendar" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_management_parameters" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "company_name" VARCHAR(120) NOT NULL,
    "time_zone" VARCHAR(60) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "allow_identical_items_as_objects" INT NOT NULL DEFAULT 0,
    "allow_without_service_agreement" INT NOT NULL DEFAULT 0,
    "reason_on_cancel" INT NOT NULL DEFAULT 0,
    "reason_on_exceed_time" INT NOT NULL DEFAULT 0,
    "sla_calendar_mode" VARCHAR(20) NOT NULL  /* OPEN_TIME: OPEN_TIME\nSTART_ONLY: START_ONLY */ DEFAULT 'OPEN_TIME',
    "sla_on_generated_orders" INT NOT NULL DEFAULT 0,
    "create_activity_for_order" INT NOT NULL DEFAULT 0,
    "activity_category" VARCHAR(60),
    "activity_purpose" VARCHAR(120),
    "inactive_categories_selectable" INT NOT NULL DEFAULT 0,
    "terminated_workers_selectable" INT NOT NULL DEFAULT 0,
    "show_start_end_time" INT NOT NULL DEFAULT 0,
    "plan_visits_daily" INT NOT NULL DEFAULT 0,
    "planning_horizon_days" INT NOT NULL DEFAULT 60,
    "dispatch_color_high" VARCHAR(7) NOT NULL,
    "dispatch_color_normal" VARCHAR(7) NOT NULL,
    "dispatch_color_low" VARCHAR(7) NOT NULL,
    "dispatch_days_before" INT NOT NULL,
    "dispatch_days_after" INT NOT NULL,
    "version" INT NOT NULL,
    "activity_generation_stage_id" INT REFERENCES "stage" ("id") ON DELETE RESTRICT,
    "agreement_activity_type_id" INT REFERENCES "activity_type" ("id") ON DELETE RESTRICT,
    "calendar_id" INT REFERENCES "calendar" ("id") ON DELETE RESTRICT,
    "default_agreement_group_id" INT REFERENCES "agreement_group" ("id") ON DELETE RESTRICT,
    "default_project_group_id" INT REFERENCES "project_group" ("id") ON DELETE RESTRICT,
    "journal_expense_id" INT REFERENCES "journal" ("id") ON DELETE RESTRICT,
    "journal_fee_id" INT REFERENCES "journal" ("id") ON DELETE RESTRICT,
    "journal_hour_id" INT REFERENCES "journal" ("id") ON DELETE RESTRICT,
    "journal_item_id" INT REFERENCES "journal" ("id") ON DELETE RESTRICT,
    "order_activity_type_id" INT REFERENCES "activity_type" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_object" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "serial_number" VARCHAR(40),
    "version" INT NOT NULL,
    "group_id" INT NOT NULL REFERENCES "service_object_group" ("id") ON DELETE RESTRICT,
    "item_id" INT REFERENCES "item" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_object_group" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "service_object_relation" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "serial_number" VARCHAR(40),
    "version" INT NOT NULL,
    "agreement_id" INT REFERENCES "service_agreement" ("id") ON DELETE CASCADE,
    "object_id" INT NOT NULL REFERENCES "service_object" ("id") ON DELETE RESTRICT,
    "order_id" INT REFERENCES "service_order" ("id") ON DELETE CASCADE
);
CREATE TABLE "service_order" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "description" VARCHAR(1000) NOT NULL,
    "priority" VARCHAR(10) NOT NULL  /* HIGH: HIGH\nNORMAL: NORMAL\nLOW: LOW */,
    "origin" VARCHAR(12) NOT NULL  /* MANUAL: MANUAL\nAGREEMENT: AGREEMENT\nPROJECT: PROJECT\nSALES_ORDER: SALES_ORDER\nWEB: WEB */,
    "progress" VARCHAR(10) NOT NULL  /* IN_PROCESS: IN_PROCESS\nPOSTED: POSTED\nCANCELED: CANCELED */,
    "service_at" TIMESTAMP,
    "has_posted_lines" INT,
    "has_item_requirements" INT,
    "incoming_web_order" INT NOT NULL DEFAULT 0,
    "sales_order_number" VARCHAR(40),
    "signed_off_at" TIMESTAMP,
    "calendar_conflict" INT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMP NOT NULL,
    "sla_status" VARCHAR(10) NOT NULL  /* NONE: NONE\nSTARTED: STARTED\nSTOPPED: STOPPED\nCANCELED: CANCELED */ DEFAULT 'NONE',
    "sla_limit_minutes" INT,
    "sla_calendar_mode" VARCHAR(10)   /* OPEN_TIME: OPEN_TIME\nSTART_ONLY: START_ONLY */,
    "sla_started_at" TIMESTAMP,
    "sla_due_at" TIMESTAMP,
    "sla_risk" VARCHAR(10) NOT NULL  /* NONE: NONE\nON_TIME: ON_TIME\nAT_RISK: AT_RISK\nBREACHED: BREACHED */ DEFAULT 'NONE',
    "sla_next_alarm_at" TIMESTAMP,
    "sla_calendar_version" INT,
    "version" INT NOT NULL,
    "address_id" INT REFERENCES "address" ("id") ON DELETE RESTRICT,
    "agreement_id" INT REFERENCES "service_agreement" ("id") ON DELETE RESTRICT,
    "contact_id" INT REFERENCES "contact" ("id") ON DELETE RESTRICT,
    "customer_id" INT NOT NULL REFERENCES "customer" ("id") ON DELETE RESTRICT,
    "preferred_technician_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT,
    "project_id" INT REFERENCES "project" ("id") ON DELETE RESTRICT,
    "responsible_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT,
    "sla_id" INT REFERENCES "service_level" ("id") ON DELETE RESTRICT,
    "sla_calendar_id" INT REFERENCES "calendar" ("id") ON DELETE RESTRICT,
    "stage_id" INT REFERENCES "stage" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_order_line" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "line_number" INT NOT NULL,
    "transaction_type" VARCHAR(10) NOT NULL  /* HOUR: HOUR\nEXPENSE: EXPENSE\nITEM: ITEM\nFEE: FEE */,
    "status" VARCHAR(10) NOT NULL  /* CREATED: CREATED\nPOSTED: POSTED\nCANCELED: CANCELED */,
    "description" VARCHAR(200) NOT NULL,
    "quantity" VARCHAR(40) NOT NULL,
    "unit" VARCHAR(10) NOT NULL,
    "calculated_on" DATE,
    "earliest_on" DATE,
    "latest_on" DATE,
    "executes_on" DATE,
    "starts_minute" SMALLINT,
    "ends_minute" SMALLINT,
    "currency" VARCHAR(3),
    "cost_price_minor" BIGINT,
    "sales_price_minor" BIGINT,
    "sales_price_modified" INT NOT NULL DEFAULT 0,
    "signed_off_at" TIMESTAMP,
    "invoice_number" VARCHAR(40),
    "version" INT NOT NULL,
    "activity_id" INT REFERENCES "service_activity" ("id") ON DELETE SET NULL,
    "agreement_line_id" INT REFERENCES "service_agreement_line" ("id") ON DELETE RESTRICT,
    "category_id" INT REFERENCES "project_category" ("id") ON DELETE RESTRICT,
    "item_id" INT REFERENCES "item" ("id") ON DELETE RESTRICT,
    "line_property_id" INT REFERENCES "line_property" ("id") ON DELETE RESTRICT,
    "object_relation_id" INT REFERENCES "service_object_relation" ("id") ON DELETE NO ACTION,
    "offset_account_id" INT REFERENCES "ledger_account" ("id") ON DELETE RESTRICT,
    "order_id" INT NOT NULL REFERENCES "service_order" ("id") ON DELETE CASCADE,
    "project_id" INT REFERENCES "project" ("id") ON DELETE RESTRICT,
    "task_id" INT REFERENCES "service_task" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "service_task" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "service_task_relation" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "internal_note" VARCHAR(1000) NOT NULL,
    "external_note" VARCHAR(1000) NOT NULL,
    "version" INT NOT NULL,
    "agreement_id" INT REFERENCES "service_agreement" ("id") ON DELETE CASCADE,
    "order_id" INT REFERENCES "service_order" ("id") ON DELETE CASCADE,
    "task_id" INT NOT NULL REFERENCES "service_task" ("id") ON DELETE RESTRICT
);
CREATE TABLE "session" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "refresh_hash" VARCHAR(64) NOT NULL UNIQUE,
    "previous_hash" VARCHAR(64),
    "started_at" TIMESTAMP NOT NULL,
    "expires_at" TIMESTAMP NOT NULL,
    "ended_at" TIMESTAMP,
    "user_id" INT NOT NULL REFERENCES "user_account" ("id") ON DELETE CASCADE
);
CREATE TABLE "stage" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "has_next" INT NOT NULL,
    "allow_delete" INT NOT NULL,
    "allow_modify" INT NOT NULL,
    "allow_cancel" INT NOT NULL,
    "allow_post" INT NOT NULL,
    "stops_time_recording" INT NOT NULL,
    "require_reason" INT NOT NULL,
    "version" INT NOT NULL,
    "activity_phase_id" INT REFERENCES "activity_phase" ("id") ON DELETE RESTRICT,
    "parent_id" INT REFERENCES "stage" ("id") ON DELETE RESTRICT
);
CREATE TABLE "stage_reason" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "line_number" INT NOT NULL,
    "type" VARCHAR(12) NOT NULL  /* STAGE_CHANGE: STAGE_CHANGE\nCLOSE: CLOSE\nCANCEL: CANCEL\nMANUAL: MANUAL */,
    "description" VARCHAR(1000) NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "created_by" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL,
    "code_id" INT NOT NULL REFERENCES "stage_reason_code" ("id") ON DELETE RESTRICT,
    "order_id" INT NOT NULL REFERENCES "service_order" ("id") ON DELETE CASCADE,
    "stage_id" INT NOT NULL REFERENCES "stage" ("id") ON DELETE RESTRICT
);
CREATE TABLE "stage_reason_code" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "template_group" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL,
    "parent_id" INT REFERENCES "template_group" ("id") ON DELETE RESTRICT
);
CREATE TABLE "time_window" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "method" VARCHAR(10) NOT NULL  /* WEEK: WEEK\nMONTH: MONTH\nMANUAL: MANUAL */,
    "days_before" INT NOT NULL,
    "days_after" INT NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "tortoise_migrations" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "app" VARCHAR(255) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "applied_at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_tortoise_mi_app_3803a5" UNIQUE ("app", "name")
);
CREATE TABLE "turn" (
    "name" VARCHAR(60) NOT NULL  PRIMARY KEY,
    "due_at" TIMESTAMP NOT NULL,
    "holder" VARCHAR(32),
    "held_until" TIMESTAMP
);
CREATE TABLE "user_account" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "email" VARCHAR(200) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "role" VARCHAR(20) NOT NULL  /* SERVICE_MANAGER: SERVICE_MANAGER\nDISPATCHER: DISPATCHER\nTECHNICIAN: TECHNICIAN\nCUSTOMER: CUSTOMER\nINTEGRATION: INTEGRATION */,
    "password_hash" VARCHAR(200),
    "active" INT NOT NULL,
    "version" INT NOT NULL,
    "customer_id" INT REFERENCES "customer" ("id") ON DELETE RESTRICT,
    "worker_id" INT REFERENCES "worker" ("id") ON DELETE RESTRICT
);
CREATE TABLE "webhook" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "url" VARCHAR(500) NOT NULL,
    "signing_secret" VARCHAR(80) NOT NULL,
    "subject_types" JSON NOT NULL,
    "active" INT NOT NULL,
    "position" BIGINT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "version" INT NOT NULL
);
CREATE TABLE "webhook_delivery" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "seq" BIGINT NOT NULL,
    "message_id" VARCHAR(40) NOT NULL,
    "kind" VARCHAR(60) NOT NULL,
    "subject_type" VARCHAR(40) NOT NULL,
    "subject_id" BIGINT NOT NULL,
    "payload" TEXT NOT NULL,
    "status" VARCHAR(10) NOT NULL  /* PENDING: PENDING\nDELIVERED: DELIVERED\nDEAD: DEAD */,
    "attempts" INT NOT NULL,
    "due_at" TIMESTAMP,
    "created_at" TIMESTAMP NOT NULL,
    "ended_at" TIMESTAMP,
    "answer_status" INT,
    "error" VARCHAR(300),
    "webhook_id" INT NOT NULL REFERENCES "webhook" ("id") ON DELETE CASCADE
);
CREATE TABLE "worker" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "type" VARCHAR(10) NOT NULL  /* EMPLOYEE: EMPLOYEE\nCONTRACTOR: CONTRACTOR */,
    "email" VARCHAR(200),
    "phone" VARCHAR(40),
    "active" INT NOT NULL,
    "version" INT NOT NULL,
    "calendar_id" INT REFERENCES "calendar" ("id") ON DELETE RESTRICT,
    "team_id" INT REFERENCES "dispatch_team" ("id") ON DELETE RESTRICT
);
CREATE TRIGGER activity_dispatched_to_worker_insert BEFORE INSERT ON service_activity FOR EACH ROW WHEN NOT (NEW.worker_id IS NOT NULL OR NEW.dispatch_status = 'UNDISPATCHED') BEGIN SELECT RAISE(ABORT, 'CHECK activity_dispatched_to_worker'); END;
CREATE TRIGGER activity_dispatched_to_worker_update BEFORE UPDATE ON service_activity FOR EACH ROW WHEN NOT (NEW.worker_id IS NOT NULL OR NEW.dispatch_status = 'UNDISPATCHED') BEGIN SELECT RAISE(ABORT, 'CHECK activity_dispatched_to_worker'); END;
CREATE TRIGGER activity_times_insert BEFORE INSERT ON service_activity FOR EACH ROW WHEN NOT ((NEW.starts_at IS NULL) = (NEW.ends_at IS NULL) AND (NEW.starts_at IS NULL OR NEW.starts_at < NEW.ends_at)) BEGIN SELECT RAISE(ABORT, 'CHECK activity_times'); END;
CREATE TRIGGER activity_times_update BEFORE UPDATE ON service_activity FOR EACH ROW WHEN NOT ((NEW.starts_at IS NULL) = (NEW.ends_at IS NULL) AND (NEW.starts_at IS NULL OR NEW.starts_at < NEW.ends_at)) BEGIN SELECT RAISE(ABORT, 'CHECK activity_times'); END;
CREATE TRIGGER calendar_entry_times_insert BEFORE INSERT ON calendar_entry FOR EACH ROW WHEN NOT (NEW.starts_at < NEW.ends_at AND NEW.sequence >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_entry_times'); END;
CREATE TRIGGER calendar_entry_times_update BEFORE UPDATE ON calendar_entry FOR EACH ROW WHEN NOT (NEW.starts_at < NEW.ends_at AND NEW.sequence >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_entry_times'); END;
CREATE TRIGGER calendar_feed_owner_insert BEFORE INSERT ON calendar_feed FOR EACH ROW WHEN NOT ((NEW.worker_id IS NULL) <> (NEW.customer_id IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_feed_owner'); END;
CREATE TRIGGER calendar_feed_owner_update BEFORE UPDATE ON calendar_feed FOR EACH ROW WHEN NOT ((NEW.worker_id IS NULL) <> (NEW.customer_id IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_feed_owner'); END;
CREATE TRIGGER calendar_holiday_times_insert BEFORE INSERT ON calendar_holiday FOR EACH ROW WHEN NOT ((NEW.opens_minute IS NULL) = (NEW.closes_minute IS NULL) AND (NEW.opens_minute IS NULL OR (NEW.opens_minute >= 0 AND NEW.opens_minute < NEW.closes_minute AND NEW.closes_minute <= 1440))) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_holiday_times'); END;
CREATE TRIGGER calendar_holiday_times_update BEFORE UPDATE ON calendar_holiday FOR EACH ROW WHEN NOT ((NEW.opens_minute IS NULL) = (NEW.closes_minute IS NULL) AND (NEW.opens_minute IS NULL OR (NEW.opens_minute >= 0 AND NEW.opens_minute < NEW.closes_minute AND NEW.closes_minute <= 1440))) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_holiday_times'); END;
CREATE TRIGGER calendar_hours_times_insert BEFORE INSERT ON calendar_hours FOR EACH ROW WHEN NOT (NEW.weekday BETWEEN 1 AND 7 AND NEW.opens_minute >= 0 AND NEW.opens_minute < NEW.closes_minute AND NEW.closes_minute <= 1440) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_hours_times'); END;
CREATE TRIGGER calendar_hours_times_update BEFORE UPDATE ON calendar_hours FOR EACH ROW WHEN NOT (NEW.weekday BETWEEN 1 AND 7 AND NEW.opens_minute >= 0 AND NEW.opens_minute < NEW.closes_minute AND NEW.closes_minute <= 1440) BEGIN SELECT RAISE(ABORT, 'CHECK calendar_hours_times'); END;
CREATE TRIGGER event_head_one_row_insert BEFORE INSERT ON event_head FOR EACH ROW WHEN NOT (NEW.id = 1 AND NEW.floor >= 0 AND NEW.floor <= NEW.seq) BEGIN SELECT RAISE(ABORT, 'CHECK event_head_one_row'); END;
CREATE TRIGGER event_head_one_row_update BEFORE UPDATE ON event_head FOR EACH ROW WHEN NOT (NEW.id = 1 AND NEW.floor >= 0 AND NEW.floor <= NEW.seq) BEGIN SELECT RAISE(ABORT, 'CHECK event_head_one_row'); END;
CREATE TRIGGER item_requirement_number_insert BEFORE INSERT ON item_requirement FOR EACH ROW WHEN NOT (NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK item_requirement_number'); END;
CREATE TRIGGER item_requirement_number_update BEFORE UPDATE ON item_requirement FOR EACH ROW WHEN NOT (NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK item_requirement_number'); END;
CREATE TRIGGER item_requirement_planned_insert BEFORE INSERT ON item_requirement FOR EACH ROW WHEN NOT ((NEW.agreement_line_id IS NULL) = (NEW.calculated_on IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK item_requirement_planned'); END;
CREATE TRIGGER item_requirement_planned_update BEFORE UPDATE ON item_requirement FOR EACH ROW WHEN NOT ((NEW.agreement_line_id IS NULL) = (NEW.calculated_on IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK item_requirement_planned'); END;
CREATE TRIGGER item_requirement_quantity_insert BEFORE INSERT ON item_requirement FOR EACH ROW WHEN NOT (NEW.quantity > 0) BEGIN SELECT RAISE(ABORT, 'CHECK item_requirement_quantity'); END;
CREATE TRIGGER item_requirement_quantity_update BEFORE UPDATE ON item_requirement FOR EACH ROW WHEN NOT (NEW.quantity > 0) BEGIN SELECT RAISE(ABORT, 'CHECK item_requirement_quantity'); END;
CREATE TRIGGER journal_times_insert BEFORE INSERT ON journal FOR EACH ROW WHEN NOT (NEW.transaction_type = 'HOUR' OR NOT NEW.show_start_end_time) BEGIN SELECT RAISE(ABORT, 'CHECK journal_times'); END;
CREATE TRIGGER journal_times_update BEFORE UPDATE ON journal FOR EACH ROW WHEN NOT (NEW.transaction_type = 'HOUR' OR NOT NEW.show_start_end_time) BEGIN SELECT RAISE(ABORT, 'CHECK journal_times'); END;
CREATE TRIGGER line_property_percent_insert BEFORE INSERT ON line_property FOR EACH ROW WHEN NOT (NEW.chargeable_percent BETWEEN 0 AND 100) BEGIN SELECT RAISE(ABORT, 'CHECK line_property_percent'); END;
CREATE TRIGGER line_property_percent_update BEFORE UPDATE ON line_property FOR EACH ROW WHEN NOT (NEW.chargeable_percent BETWEEN 0 AND 100) BEGIN SELECT RAISE(ABORT, 'CHECK line_property_percent'); END;
CREATE TRIGGER line_quantity_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT (NEW.quantity IS NOT NULL AND NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK line_quantity'); END;
CREATE TRIGGER line_quantity_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT (NEW.quantity IS NOT NULL AND NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK line_quantity'); END;
CREATE TRIGGER parameters_horizon_insert BEFORE INSERT ON service_management_parameters FOR EACH ROW WHEN NOT (NEW.planning_horizon_days > 0) BEGIN SELECT RAISE(ABORT, 'CHECK parameters_horizon'); END;
CREATE TRIGGER parameters_horizon_update BEFORE UPDATE ON service_management_parameters FOR EACH ROW WHEN NOT (NEW.planning_horizon_days > 0) BEGIN SELECT RAISE(ABORT, 'CHECK parameters_horizon'); END;
CREATE TRIGGER parameters_one_row_insert BEFORE INSERT ON service_management_parameters FOR EACH ROW WHEN NOT (NEW.id = 1 AND NEW.dispatch_days_before >= 0 AND NEW.dispatch_days_after >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK parameters_one_row'); END;
CREATE TRIGGER parameters_one_row_update BEFORE UPDATE ON service_management_parameters FOR EACH ROW WHEN NOT (NEW.id = 1 AND NEW.dispatch_days_before >= 0 AND NEW.dispatch_days_after >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK parameters_one_row'); END;
CREATE TRIGGER planning_run_days_insert BEFORE INSERT ON planning_run FOR EACH ROW WHEN NOT (NEW.from_on <= NEW.to_on) BEGIN SELECT RAISE(ABORT, 'CHECK planning_run_days'); END;
CREATE TRIGGER planning_run_days_update BEFORE UPDATE ON planning_run FOR EACH ROW WHEN NOT (NEW.from_on <= NEW.to_on) BEGIN SELECT RAISE(ABORT, 'CHECK planning_run_days'); END;
CREATE TRIGGER project_price_cost_insert BEFORE INSERT ON project_price FOR EACH ROW WHEN NOT (NEW.cost_price_minor IS NULL OR NEW.cost_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_price_cost'); END;
CREATE TRIGGER project_price_cost_update BEFORE UPDATE ON project_price FOR EACH ROW WHEN NOT (NEW.cost_price_minor IS NULL OR NEW.cost_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_price_cost'); END;
CREATE TRIGGER project_price_item_insert BEFORE INSERT ON project_price FOR EACH ROW WHEN NOT (NEW.item_id IS NULL OR NEW.transaction_type = 'ITEM') BEGIN SELECT RAISE(ABORT, 'CHECK project_price_item'); END;
CREATE TRIGGER project_price_item_update BEFORE UPDATE ON project_price FOR EACH ROW WHEN NOT (NEW.item_id IS NULL OR NEW.transaction_type = 'ITEM') BEGIN SELECT RAISE(ABORT, 'CHECK project_price_item'); END;
CREATE TRIGGER project_price_prices_insert BEFORE INSERT ON project_price FOR EACH ROW WHEN NOT (NEW.cost_price_minor IS NOT NULL OR NEW.sales_price_minor IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'CHECK project_price_prices'); END;
CREATE TRIGGER project_price_prices_update BEFORE UPDATE ON project_price FOR EACH ROW WHEN NOT (NEW.cost_price_minor IS NOT NULL OR NEW.sales_price_minor IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'CHECK project_price_prices'); END;
CREATE TRIGGER project_price_sales_insert BEFORE INSERT ON project_price FOR EACH ROW WHEN NOT (NEW.sales_price_minor IS NULL OR NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_price_sales'); END;
CREATE TRIGGER project_price_sales_update BEFORE UPDATE ON project_price FOR EACH ROW WHEN NOT (NEW.sales_price_minor IS NULL OR NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_price_sales'); END;
CREATE TRIGGER project_transaction_line_insert BEFORE INSERT ON project_transaction FOR EACH ROW WHEN NOT (NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_transaction_line'); END;
CREATE TRIGGER project_transaction_line_update BEFORE UPDATE ON project_transaction FOR EACH ROW WHEN NOT (NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_transaction_line'); END;
CREATE TRIGGER project_transaction_offset_account_insert BEFORE INSERT ON project_transaction FOR EACH ROW WHEN NOT (NEW.offset_account_id IS NULL OR NEW.transaction_type = 'EXPENSE') BEGIN SELECT RAISE(ABORT, 'CHECK project_transaction_offset_account'); END;
CREATE TRIGGER project_transaction_offset_account_update BEFORE UPDATE ON project_transaction FOR EACH ROW WHEN NOT (NEW.offset_account_id IS NULL OR NEW.transaction_type = 'EXPENSE') BEGIN SELECT RAISE(ABORT, 'CHECK project_transaction_offset_account'); END;
CREATE TRIGGER project_transaction_prices_insert BEFORE INSERT ON project_transaction FOR EACH ROW WHEN NOT (NEW.cost_price_minor >= 0 AND NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_transaction_prices'); END;
CREATE TRIGGER project_transaction_prices_update BEFORE UPDATE ON project_transaction FOR EACH ROW WHEN NOT (NEW.cost_price_minor >= 0 AND NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK project_transaction_prices'); END;
CREATE TRIGGER project_validation_named_insert BEFORE INSERT ON project_validation FOR EACH ROW WHEN NOT (NEW.worker_id IS NOT NULL OR NEW.category_id IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'CHECK project_validation_named'); END;
CREATE TRIGGER project_validation_named_update BEFORE UPDATE ON project_validation FOR EACH ROW WHEN NOT (NEW.worker_id IS NOT NULL OR NEW.category_id IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'CHECK project_validation_named'); END;
CREATE TRIGGER recorded_time_span_insert BEFORE INSERT ON recorded_time FOR EACH ROW WHEN NOT ((NEW.ends_at IS NULL) = (NEW.status = 'STARTED') AND (NEW.ends_at IS NULL) = (NEW.counted IS NULL) AND (NEW.ends_at IS NULL OR NEW.starts_at <= NEW.ends_at)) BEGIN SELECT RAISE(ABORT, 'CHECK recorded_time_span'); END;
CREATE TRIGGER recorded_time_span_update BEFORE UPDATE ON recorded_time FOR EACH ROW WHEN NOT ((NEW.ends_at IS NULL) = (NEW.status = 'STARTED') AND (NEW.ends_at IS NULL) = (NEW.counted IS NULL) AND (NEW.ends_at IS NULL OR NEW.starts_at <= NEW.ends_at)) BEGIN SELECT RAISE(ABORT, 'CHECK recorded_time_span'); END;
CREATE TRIGGER service_agreement_dates_insert BEFORE INSERT ON service_agreement FOR EACH ROW WHEN NOT (NEW.ends_on IS NULL OR NEW.starts_on <= NEW.ends_on) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_dates'); END;
CREATE TRIGGER service_agreement_dates_update BEFORE UPDATE ON service_agreement FOR EACH ROW WHEN NOT (NEW.ends_on IS NULL OR NEW.starts_on <= NEW.ends_on) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_dates'); END;
CREATE TRIGGER service_agreement_line_dates_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.ends_on IS NULL OR NEW.starts_on <= NEW.ends_on) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_dates'); END;
CREATE TRIGGER service_agreement_line_dates_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.ends_on IS NULL OR NEW.starts_on <= NEW.ends_on) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_dates'); END;
CREATE TRIGGER service_agreement_line_item_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT ((NEW.transaction_type = 'ITEM') = (NEW.item_id IS NOT NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_item'); END;
CREATE TRIGGER service_agreement_line_item_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT ((NEW.transaction_type = 'ITEM') = (NEW.item_id IS NOT NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_item'); END;
CREATE TRIGGER service_agreement_line_number_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_number'); END;
CREATE TRIGGER service_agreement_line_number_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.line_number > 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_number'); END;
CREATE TRIGGER service_agreement_line_offset_account_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.offset_account_id IS NULL OR NEW.transaction_type = 'EXPENSE') BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_offset_account'); END;
CREATE TRIGGER service_agreement_line_offset_account_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.offset_account_id IS NULL OR NEW.transaction_type = 'EXPENSE') BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_offset_account'); END;
CREATE TRIGGER service_agreement_line_price_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.sales_price_minor IS NULL OR NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_price'); END;
CREATE TRIGGER service_agreement_line_price_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.sales_price_minor IS NULL OR NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_price'); END;
CREATE TRIGGER service_agreement_line_requirement_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.item_setup IS NULL OR NEW.item_setup <> 'ITEM_REQUIREMENT' OR NEW.site_id IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_requirement'); END;
CREATE TRIGGER service_agreement_line_requirement_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT (NEW.item_setup IS NULL OR NEW.item_setup <> 'ITEM_REQUIREMENT' OR NEW.site_id IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_requirement'); END;
CREATE TRIGGER service_agreement_line_times_insert BEFORE INSERT ON service_agreement_line FOR EACH ROW WHEN NOT ((NEW.starts_after_minute IS NULL OR NEW.starts_after_minute BETWEEN 0 AND 1439) AND (NEW.ends_before_minute IS NULL OR NEW.ends_before_minute BETWEEN 1 AND 1440) AND (NEW.starts_after_minute IS NULL OR NEW.ends_before_minute IS NULL OR NEW.starts_after_minute < NEW.ends_before_minute)) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_times'); END;
CREATE TRIGGER service_agreement_line_times_update BEFORE UPDATE ON service_agreement_line FOR EACH ROW WHEN NOT ((NEW.starts_after_minute IS NULL OR NEW.starts_after_minute BETWEEN 0 AND 1439) AND (NEW.ends_before_minute IS NULL OR NEW.ends_before_minute BETWEEN 1 AND 1440) AND (NEW.starts_after_minute IS NULL OR NEW.ends_before_minute IS NULL OR NEW.starts_after_minute < NEW.ends_before_minute)) BEGIN SELECT RAISE(ABORT, 'CHECK service_agreement_line_times'); END;
CREATE TRIGGER service_interval_frequency_insert BEFORE INSERT ON service_interval FOR EACH ROW WHEN NOT (NEW.frequency >= 1) BEGIN SELECT RAISE(ABORT, 'CHECK service_interval_frequency'); END;
CREATE TRIGGER service_interval_frequency_update BEFORE UPDATE ON service_interval FOR EACH ROW WHEN NOT (NEW.frequency >= 1) BEGIN SELECT RAISE(ABORT, 'CHECK service_interval_frequency'); END;
CREATE TRIGGER service_level_length_insert BEFORE INSERT ON service_level FOR EACH ROW WHEN NOT (NEW.days >= 0 AND NEW.hours >= 0 AND NEW.minutes >= 0 AND NEW.days + NEW.hours + NEW.minutes > 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_level_length'); END;
CREATE TRIGGER service_level_length_update BEFORE UPDATE ON service_level FOR EACH ROW WHEN NOT (NEW.days >= 0 AND NEW.hours >= 0 AND NEW.minutes >= 0 AND NEW.days + NEW.hours + NEW.minutes > 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_level_length'); END;
CREATE TRIGGER service_object_relation_owner_insert BEFORE INSERT ON service_object_relation FOR EACH ROW WHEN NOT ((NEW.agreement_id IS NULL) <> (NEW.order_id IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_object_relation_owner'); END;
CREATE TRIGGER service_object_relation_owner_update BEFORE UPDATE ON service_object_relation FOR EACH ROW WHEN NOT ((NEW.agreement_id IS NULL) <> (NEW.order_id IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_object_relation_owner'); END;
CREATE TRIGGER service_order_line_days_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT ((NEW.earliest_on IS NULL) = (NEW.latest_on IS NULL) AND (NEW.earliest_on IS NULL OR NEW.earliest_on <= NEW.latest_on)) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_days'); END;
CREATE TRIGGER service_order_line_days_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT ((NEW.earliest_on IS NULL) = (NEW.latest_on IS NULL) AND (NEW.earliest_on IS NULL OR NEW.earliest_on <= NEW.latest_on)) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_days'); END;
CREATE TRIGGER service_order_line_invoiced_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT (NEW.invoice_number IS NULL OR NEW.status = 'POSTED') BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_invoiced'); END;
CREATE TRIGGER service_order_line_invoiced_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT (NEW.invoice_number IS NULL OR NEW.status = 'POSTED') BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_invoiced'); END;
CREATE TRIGGER service_order_line_offset_account_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT (NEW.offset_account_id IS NULL OR NEW.transaction_type = 'EXPENSE') BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_offset_account'); END;
CREATE TRIGGER service_order_line_offset_account_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT (NEW.offset_account_id IS NULL OR NEW.transaction_type = 'EXPENSE') BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_offset_account'); END;
CREATE TRIGGER service_order_line_planned_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT ((NEW.agreement_line_id IS NULL) = (NEW.calculated_on IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_planned'); END;
CREATE TRIGGER service_order_line_planned_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT ((NEW.agreement_line_id IS NULL) = (NEW.calculated_on IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_planned'); END;
CREATE TRIGGER service_order_line_price_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT (NEW.sales_price_minor IS NULL OR NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_price'); END;
CREATE TRIGGER service_order_line_price_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT (NEW.sales_price_minor IS NULL OR NEW.sales_price_minor >= 0) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_price'); END;
CREATE TRIGGER service_order_line_times_insert BEFORE INSERT ON service_order_line FOR EACH ROW WHEN NOT ((NEW.starts_minute IS NULL) = (NEW.ends_minute IS NULL) AND (NEW.starts_minute IS NULL OR (NEW.transaction_type = 'HOUR' AND NEW.starts_minute >= 0 AND NEW.starts_minute < NEW.ends_minute AND NEW.ends_minute <= 1440))) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_times'); END;
CREATE TRIGGER service_order_line_times_update BEFORE UPDATE ON service_order_line FOR EACH ROW WHEN NOT ((NEW.starts_minute IS NULL) = (NEW.ends_minute IS NULL) AND (NEW.starts_minute IS NULL OR (NEW.transaction_type = 'HOUR' AND NEW.starts_minute >= 0 AND NEW.starts_minute < NEW.ends_minute AND NEW.ends_minute <= 1440))) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_line_times'); END;
CREATE TRIGGER service_order_measured_insert BEFORE INSERT ON service_order FOR EACH ROW WHEN NOT (NEW.sla_status = 'NONE' OR (NEW.sla_id IS NOT NULL AND NEW.sla_started_at IS NOT NULL AND NEW.sla_limit_minutes > 0)) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_measured'); END;
CREATE TRIGGER service_order_measured_update BEFORE UPDATE ON service_order FOR EACH ROW WHEN NOT (NEW.sla_status = 'NONE' OR (NEW.sla_id IS NOT NULL AND NEW.sla_started_at IS NOT NULL AND NEW.sla_limit_minutes > 0)) BEGIN SELECT RAISE(ABORT, 'CHECK service_order_measured'); END;
CREATE TRIGGER service_task_relation_owner_insert BEFORE INSERT ON service_task_relation FOR EACH ROW WHEN NOT ((NEW.agreement_id IS NULL) <> (NEW.order_id IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_task_relation_owner'); END;
CREATE TRIGGER service_task_relation_owner_update BEFORE UPDATE ON service_task_relation FOR EACH ROW WHEN NOT ((NEW.agreement_id IS NULL) <> (NEW.order_id IS NULL)) BEGIN SELECT RAISE(ABORT, 'CHECK service_task_relation_owner'); END;
CREATE TRIGGER template_group_parent_insert BEFORE INSERT ON template_group FOR EACH ROW WHEN NOT (NEW.parent_id IS NULL OR NEW.parent_id <> NEW.id) BEGIN SELECT RAISE(ABORT, 'CHECK template_group_parent'); END;
CREATE TRIGGER template_group_parent_update BEFORE UPDATE ON template_group FOR EACH ROW WHEN NOT (NEW.parent_id IS NULL OR NEW.parent_id <> NEW.id) BEGIN SELECT RAISE(ABORT, 'CHECK template_group_parent'); END;
CREATE TRIGGER time_window_days_insert BEFORE INSERT ON time_window FOR EACH ROW WHEN NOT (NEW.days_before >= 0 AND NEW.days_after >= 0 AND (NEW.method = 'MANUAL' OR (NEW.days_before = 0 AND NEW.days_after = 0))) BEGIN SELECT RAISE(ABORT, 'CHECK time_window_days'); END;
CREATE TRIGGER time_window_days_update BEFORE UPDATE ON time_window FOR EACH ROW WHEN NOT (NEW.days_before >= 0 AND NEW.days_after >= 0 AND (NEW.method = 'MANUAL' OR (NEW.days_before = 0 AND NEW.days_after = 0))) BEGIN SELECT RAISE(ABORT, 'CHECK time_window_days'); END;
