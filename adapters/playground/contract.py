"""The table of methods: tier, body format, arguments and the errors that the pretend Slack uses.

A test holds it against the published contracts; docs/playground.md holds the same table.
"""

from __future__ import annotations

from dataclasses import dataclass

# Errors that any method may answer.
GENERIC = frozenset(
    (
        "invalid_arguments",
        "invalid_auth",
        "invalid_json",
        "json_not_object",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "ratelimited",
        "token_revoked",
        "unknown_method",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    tier: str
    json: bool
    required: tuple[str, ...]
    optional: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def arguments(self) -> frozenset[str]:
        return frozenset(("token", *self.required, *self.optional))


def _row(tier: str, body: str, required: str = "", optional: str = "", errors: str = "") -> Contract:
    return Contract(
        tier=tier,
        json=body == "json",
        required=tuple(required.split()),
        optional=tuple(optional.split()),
        errors=tuple(errors.split()),
    )


_POST_ERRORS = (
    "cannot_reply_to_message channel_not_found invalid_blocks invalid_blocks_format is_archived "
    "markdown_text_conflict no_text not_in_channel too_many_attachments"
)
_METADATA_ERRORS = "invalid_metadata_format invalid_metadata_schema metadata_too_large"
_PAGED = "cursor limit"

METHODS: dict[str, Contract] = {
    "apps.connections.open": _row("t3", "json"),
    "assistant.threads.setStatus": _row(
        "t5",
        "json",
        "channel_id thread_ts status",
        "icon_emoji icon_url loading_messages username",
        "channel_not_found invalid_thread_ts",
    ),
    "auth.test": _row("t5", "json"),
    "bots.info": _row("t3", "form", "", "bot team_id", "bot_not_found"),
    "chat.delete": _row(
        "t3",
        "json",
        "ts channel",
        "as_user",
        "cant_delete_message channel_not_found message_not_found",
    ),
    "chat.getPermalink": _row("t5", "form", "channel message_ts", "", "channel_not_found message_not_found"),
    "chat.postEphemeral": _row(
        "t4",
        "json",
        "user channel",
        "as_user attachments blocks icon_emoji icon_url link_names markdown_text metadata parse "
        "text thread_ts username",
        f"{_POST_ERRORS} msg_too_long user_not_in_channel",
    ),
    "chat.postMessage": _row(
        "t5",
        "json",
        "channel",
        "as_user attachments blocks current_draft_last_updated_ts icon_emoji icon_url link_names "
        "markdown_text metadata mrkdwn parse reply_broadcast text thread_ts unfurl_links "
        "unfurl_media username",
        f"{_POST_ERRORS} {_METADATA_ERRORS} msg_blocks_too_long rate_limited",
    ),
    "chat.update": _row(
        "t3",
        "json",
        "ts channel",
        "as_user attachments blocks file_ids link_names markdown_text metadata parse "
        "reply_broadcast text unfurled_attachments",
        "cant_broadcast_message cant_update_message channel_not_found invalid_blocks invalid_blocks_format is_inactive "
        "markdown_text_conflict message_not_found msg_too_long no_dual_broadcast_content_update no_text "
        "too_many_attachments "
        f"{_METADATA_ERRORS}",
    ),
    "conversations.history": _row(
        "t3",
        "json",
        "channel",
        f"{_PAGED} include_all_metadata inclusive latest oldest",
        "channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest not_in_channel",
    ),
    "conversations.info": _row("t3", "form", "channel", "include_locale include_num_members", "channel_not_found"),
    "conversations.join": _row(
        "t3",
        "json",
        "channel",
        "",
        "channel_not_found is_archived method_not_supported_for_channel_type",
    ),
    "conversations.list": _row(
        "t2",
        "form",
        "",
        f"{_PAGED} exclude_archived team_id types",
        "invalid_cursor invalid_limit invalid_types",
    ),
    "conversations.members": _row("t4", "form", "channel", _PAGED, "channel_not_found invalid_cursor invalid_limit"),
    "conversations.open": _row(
        "t3",
        "json",
        "",
        "channel prevent_creation return_im users",
        "method_not_supported_for_channel_type user_not_found users_list_not_supplied",
    ),
    "conversations.replies": _row(
        "t3",
        "form",
        "channel ts",
        f"{_PAGED} include_all_metadata inclusive latest oldest",
        "channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest thread_not_found",
    ),
    "emoji.list": _row("t2", "form", "", "include_categories"),
    "files.completeUploadExternal": _row(
        "t4",
        "json",
        "files",
        "blocks channel_id channels icon_emoji icon_url initial_comment thread_ts username",
        "channel_not_found file_not_found invalid_blocks not_in_channel posting_to_channel_denied",
    ),
    "files.delete": _row("t3", "json", "file", "", "cant_delete_file file_not_found"),
    "files.getUploadURLExternal": _row("t4", "form", "length filename", "alt_txt snippet_type", "missing_argument"),
    "files.info": _row("t4", "form", "file", "count cursor limit page", "file_not_found"),
    "reactions.add": _row(
        "t3",
        "json",
        "name timestamp channel",
        "",
        "already_reacted bad_timestamp channel_not_found invalid_name is_archived message_not_found no_access",
    ),
    "reactions.get": _row(
        "t3",
        "form",
        "",
        "channel file file_comment full timestamp",
        "bad_timestamp channel_not_found message_not_found no_item_specified",
    ),
    "reactions.remove": _row(
        "t2",
        "json",
        "name",
        "channel file file_comment timestamp",
        "bad_timestamp channel_not_found invalid_name message_not_found no_access no_item_specified no_reaction",
    ),
    "team.info": _row("t3", "json", "", "domain team", "team_not_found"),
    "usergroups.list": _row("t2", "form", "", "include_count include_disabled include_users team_id"),
    "users.conversations": _row(
        "t3",
        "form",
        "",
        f"{_PAGED} exclude_archived exclude_muted team_id types user",
        "invalid_cursor invalid_limit invalid_types",
    ),
    "users.getPresence": _row("t3", "form", "", "user"),
    "users.info": _row("t4", "form", "user", "include_locale", "user_not_found"),
    "users.list": _row("t2", "form", "", f"{_PAGED} include_locale team_id", "invalid_cursor"),
    "views.open": _row(
        "t4",
        "json",
        "view",
        "interactivity_pointer trigger_id",
        "exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large",
    ),
    "views.publish": _row(
        "t4",
        "json",
        "user_id view",
        "hash interactivity_pointer",
        "hash_conflict missing_profile_id view_too_large",
    ),
    "views.update": _row("t4", "json", "view", "external_id hash view_id", "hash_conflict not_found view_too_large"),
}
