"""The version of the product, which its bundles name."""

PRODUCT_VERSION = "0.1.0"
