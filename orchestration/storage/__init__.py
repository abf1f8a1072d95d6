"""Object stores, through fsspec: folders of s3://, gs:// and az:// instead of this machine's.

Belongs here: what an address means, a store's answers in the project's words, exports that lie in
a store. Does not: what is in an export (`exports`), what a publication is made of (`publishing`).
Credentials are the business of each store's own client, which takes them from the environment.
"""
