"""How names are made: Chinese surnames, the characters of given names, and parts of Mongolian ones in Chinese. Pure."""

from __future__ import annotations

from typing import Final

COMPOUND: Final = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 轩辕 端木 呼延 南宫 独孤 淳于 单于 "
    "申屠 公冶 濮阳 闻人 赫连 澹台 钟离 鲜于 闾丘 仲孙 百里 东郭 南门 拓跋 完颜 耶律 纳兰 叶赫 那拉 爱新觉罗".split()
)
"""Surnames of two characters and more."""
