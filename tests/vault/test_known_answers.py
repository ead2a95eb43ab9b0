"""Official values: the library computes what the standards say, through the vault where the vault adds nothing."""

from argon2.low_level import ARGON2_VERSION, Type, core, ffi
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap, aes_key_wrap_with_padding

from protect.vault.log import Frontier, leaf_hash
from protect.vault.signing import SigningKey

_GCM_KEY = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
_GCM_PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
_GCM_SEALED = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b"
)
_CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
_CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


def test_aes_gcm_of_the_gcm_specification_case_14() -> None:
    sealed = AESGCM(bytes(32)).encrypt(bytes(12), bytes(16), b"")
    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"


def test_aes_gcm_of_the_gcm_specification_case_16() -> None:
    bound = _hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = AESGCM(_hex(_GCM_KEY)).encrypt(_hex("cafebabefacedbaddecaf888"), _hex(_GCM_PLAIN), bound)
    assert sealed.hex() == _GCM_SEALED


def test_aes_key_wrap_of_rfc_3394_section_4_6() -> None:
    wrapping = bytes(range(32))
    wrapped_key = _hex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    blob = aes_key_wrap(wrapping, wrapped_key)
    assert blob.hex() == "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    assert aes_key_unwrap(wrapping, blob) == wrapped_key


def test_aes_key_wrap_with_padding_of_rfc_5649_section_6() -> None:
    wrapping = _hex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8")
    blob = aes_key_wrap_with_padding(wrapping, _hex("c37b7e6492584340bed12207808941155068f738"))
    assert blob.hex() == "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"


def test_hkdf_of_rfc_5869_case_1() -> None:
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    assert HKDF(hashes.SHA256(), 42, salt, info).derive(b"\x0b" * 22).hex() == expected
    root = _hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    assert HKDFExpand(hashes.SHA256(), 42, info).derive(root).hex() == expected


def test_argon2id_of_rfc_9106_section_5_3() -> None:
    out = ffi.new("uint8_t[]", 32)
    parts = {name: ffi.new("uint8_t[]", value) for name, value in _ARGON2_INPUT.items()}
    context = ffi.new(
        "argon2_context *",
        {
            "out": out, "outlen": 32, "version": ARGON2_VERSION, "flags": 0,
            "pwd": parts["pwd"], "pwdlen": 32, "salt": parts["salt"], "saltlen": 16,
            "secret": parts["secret"], "secretlen": 8, "ad": parts["ad"], "adlen": 12,
            "t_cost": 3, "m_cost": 32, "lanes": 4, "threads": 4,
            "allocate_cbk": ffi.NULL, "free_cbk": ffi.NULL,
        },
    )  # fmt: skip
    assert core(context, Type.ID.value) == 0
    assert bytes(ffi.buffer(out)).hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


_ARGON2_INPUT = {"pwd": b"\x01" * 32, "salt": b"\x02" * 16, "secret": b"\x03" * 8, "ad": b"\x04" * 12}


def test_ed25519_of_rfc_8032_test_1() -> None:
    signing = SigningKey(_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert signing.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_merkle_roots_of_certificate_transparency() -> None:
    frontier = Frontier()
    roots = [frontier.root().hex()]
    for leaf in _CT_LEAVES:
        frontier = frontier.push(leaf_hash(_hex(leaf)))
        roots.append(frontier.root().hex())
    assert tuple(roots) == _CT_ROOTS
