"""Why a message was set aside, in one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

_SENTENCES: dict[str, tuple[str, str]] = {
    "null_value": ("消息没有内容；请发送完整的事件。", "The message is empty; send a whole event."),
    "not_json": ("内容不是 JSON；请按 CloudEvents 格式发送。", "It is not JSON; send a CloudEvent."),
    "not_an_event": (
        "内容不是 CloudEvents 事件（缺 {field}）；请补全。",
        "It is not a CloudEvent (lacks {field}); complete it.",
    ),
    "bad_field": (
        "字段“{field}”缺失或格式不对；请更正后重发。",
        "Field “{field}” is missing or wrong; correct it.",
    ),
    "too_large": (
        "消息超过 1 MB；请把附件放在别处，只写要点。",
        "It is larger than 1 MB; keep attachments elsewhere.",
    ),
    "unknown_sender": (
        "规则中没有该主题对应的渠道或单位；请核对规则。",
        "The policy knows no sender of that topic; check the policy.",
    ),
    "unknown_type": (
        "不认识这种消息类型或版本；请核对 type。",
        "Its type or version is not known here; check type.",
    ),
    "other_sender": (
        "消息自称的来源与主题不符；只能以本单位名义发送。",
        "It claims another sender than its topic's; send as yourself.",
    ),
    "empty_key": ("消息键为空；键应为工单编号。", "Its key is empty; the key is the case id."),
    "key_differs": (
        "消息键与工单编号不一致；请改为同一编号。",
        "Its key differs from the case id; make them equal.",
    ),
    "unsealable": (
        "密封的 details 打不开（{field}）：请用现行公钥（bancheng keys public）为本条消息重新密封后重发。",
        "Its sealed details can't be opened ({field}): seal them anew to the key that `bancheng keys public` prints.",
    ),
    "unsealed": (
        "规则要求该渠道或单位密封 details；请用现行公钥（bancheng keys public）密封后重发。",
        "The policy wants details of that sender sealed: seal them to the key that `bancheng keys public` prints.",
    ),
    "future_time": (
        "消息时间在将来；请校准发送方时钟。",
        "Its time lies in the future; set the sender's clock.",
    ),
    "personal_outside": (
        "字段“{field}”中有身份证号、手机号或银行卡号；个人信息只能写在 details 中，请更正后以新编号重发。",
        "Field “{field}” holds an id, phone or card number; put it into details, and send it anew under a new id.",
    ),
    "no_policy": (
        "该渠道此刻没有生效的规则；请核对规则的启用日期。",
        "No policy holds for that channel yet; check the policies' start dates.",
    ),
    "conflict": (
        "编号重复但内容不同（{field}）；新内容请用新编号。",
        "Its {field} was used before with other content; give new content a new id.",
    ),
    "corrupt": (
        "Kafka 中第 {field} 号内容已损坏（校验不符），未能读出；请检查磁盘，并请发送方补发。",
        "What stands at offsets {field} is corrupt on the broker's disk; check the disk and have it sent again.",
    ),
    "undecodable": (
        "第 {field} 号消息的压缩方式此处不能解开；请发送方改用 lz4 或 gzip 后补发。",
        "Offsets {field} are packed in a way that can't be unpacked here; have them sent again with lz4 or gzip.",
    ),
    "lost": (
        "第 {field} 号消息在读取之前已被 Kafka 删除，由值守人员确认后跳过；请发送方补发。",
        "Offsets {field} were gone from the broker before they were read; an operator went on. Have them sent again.",
    ),
    "reread": (
        "Kafka 中已没有第 {field} 号消息，由值守人员确认后从头再读。",
        "Offsets {field} are gone from the broker; an operator had the topic read again from its beginning.",
    ),
}

_NO_MESSAGES = frozenset({"corrupt", "undecodable", "lost", "reread"})


def sentence(code: str, field: str, lang: str = "zh") -> str:
    """Return the sentence for a code of quarantine, in `zh` or `en`."""
    chinese, english = _SENTENCES[code]
    return (english if lang == "en" else chinese).format(field=field or "—")


def is_message(code: str) -> bool:
    """Whether what was set aside is one message, which can be sent again; else it is a stretch of the topic."""
    return code not in _NO_MESSAGES


def codes() -> frozenset[str]:
    """Return every code that has a sentence."""
    return frozenset(_SENTENCES)
