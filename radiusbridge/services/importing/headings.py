"""Which column holds what: guessed from its heading, in English and Indonesian, or said by the operator."""

import re
from collections.abc import Mapping, Sequence

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.importing.sources import Mapped

UNUSED = "-"
_WORDS: dict[Field, str] = {
    Field.USER: "user, username, user name, login, userid, user pppoe, username pppoe, pppoe username, pppoe user, "
    "pppoe, akun, akun pppoe, account, nama pengguna, nama user, nama akun, secret",
    Field.PASSWORD: "password, pass, pwd, passwd, sandi, kata sandi, password pppoe, pppoe password, pass pppoe",
    Field.NUMBER: "number, customer number, customer no, customer id, no pelanggan, nomor pelanggan, id pelanggan, "
    "idpel, kode pelanggan, no id, no langganan, id customer, kode",
    Field.NAME: "name, full name, fullname, customer, customer name, nama, nama pelanggan, nama lengkap, pelanggan, "
    "nama customer",
    Field.PHONE: "phone, phone number, telephone, mobile, telepon, no telepon, nomor telepon, telp, no telp, tlp, hp, "
    "no hp, nomor hp, handphone, wa, no wa, nomor wa, whatsapp, no whatsapp, nomor whatsapp, kontak, contact",
    Field.ADDRESS: "address, alamat, alamat pelanggan, alamat lengkap, alamat pemasangan, jalan, street",
    Field.AREA: "area, wilayah, lokasi, dusun, desa, kelurahan, kecamatan, zona, zone, region, city, kota, cluster",
    Field.ODP: "odp, kode odp, nama odp, box, odp port, fat",
    Field.VLAN: "vlan, vlan id, id vlan",
    Field.NOTE: "note, notes, comment, remark, catatan, keterangan, ket, komentar",
    Field.PROFILE: "profile, plan, package, paket, nama paket, profil, layanan, paket internet, produk, product, group",
    Field.RATE: "rate, speed, bandwidth, rate limit, kecepatan, speed mbps, bw, limit",
    Field.PRICE: "price, fee, harga, harga paket, tarif, biaya, tagihan, iuran, abonemen, nominal, monthly fee",
    Field.STATIC: "static address, static ip, ip, ip address, ip statis, ip static, alamat ip, remote address",
    Field.CALLER: "caller id, mac, mac address, alamat mac",
    Field.ROUTES: "routes, route, rute",
    Field.PAID: "paid until, paid, expires, expired, expiration, expiry, expire date, expired date, due date, due, "
    "jatuh tempo, tanggal jatuh tempo, tgl jatuh tempo, aktif sampai, masa aktif, berlaku sampai, lunas sampai, "
    "tanggal expired, tgl expired",
    Field.GRACE: "grace days, grace, masa tenggang, toleransi",
    Field.STATUS: "status, state, disabled status, status pelanggan, status langganan, access",
    Field.SERVICE: "service, service type, jenis layanan, tipe layanan",
}


def plain(heading: str) -> str:
    """A heading in the form in which headings are compared."""
    return re.sub(r"[^a-z0-9]", "", folded(heading))


_FIELD_OF = {plain(word): field for field, words in _WORDS.items() for word in words.split(",")}
_FIELD_OF |= {plain(field): field for field in Field}


def guess(heading: str) -> Field | None:
    """What a heading is taken for by itself."""
    return _FIELD_OF.get(plain(heading))


def known(headings: Sequence[str]) -> int:
    """How many of these cells are headings that are known."""
    return sum(guess(each) is not None for each in headings)


def parse_map(text: str) -> tuple[str, str]:
    """(column, field or `-`) from `Nama=name`. BadInput."""
    column, sign, name = text.rpartition("=")
    if not sign or not column.strip() or name not in {*map(str, Field), UNUSED}:
        raise BadInput(
            f"“{text[:60]}” maps no column to a field",
            target="--map",
            hint="COLUMN=FIELD: " + ", ".join((*Field, UNUSED)),
        )
    return column.strip(), name


def mapping(headings: Sequence[str], said: Mapping[str, str]) -> tuple[Mapped, ...]:
    """What each column is taken for. said: by heading, or by number from 1, to a field's name or `-`.

    BadInput: no such column; a field is said of two; nothing names the user.
    """
    chosen: dict[int, Field | None] = {}
    for column, name in said.items():
        at = _column(headings, column)
        chosen[at] = None if name == UNUSED else Field(name)
    taken = {field for field in chosen.values() if field is not None}
    if len(taken) < sum(field is not None for field in chosen.values()):
        raise BadInput("two columns are said to hold the same", target="--map")
    found = list[Mapped]()
    for at, heading in enumerate(headings):
        field = chosen.get(at) if at in chosen else guess(heading)
        if at not in chosen and field in taken:
            field = None
        if field is not None:
            taken.add(field)
        found.append(Mapped(heading, field))
    if Field.USER not in taken:
        shown = ", ".join(safe(heading, 30) for heading in headings[:12])
        raise BadInput(f"no column is known as the user name; there are: {shown}", hint="--map COLUMN=user says which")
    return tuple(found)


def _column(headings: Sequence[str], wanted: str) -> int:
    same = [at for at, heading in enumerate(headings) if folded(heading.strip()) == folded(wanted)]
    if not same and wanted.isdecimal() and 1 <= int(wanted) <= len(headings):
        return int(wanted) - 1
    if len(same) != 1:
        why = "there are several such columns" if same else "there is no such column"
        raise BadInput(f"{why}: {safe(wanted, 40)}", target="--map", hint="a column's number from 1 says it, too")
    return same[0]
