"""The register of this slice's pages, shared by the two sides of a referral."""

from protect.web.pages import Pages

pages = Pages("referrals", __name__)
