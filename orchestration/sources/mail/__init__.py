"""Mail archives: mbox files, Maildir and folders of mails, read a mail at a time.

`archives` finds and opens the files, `cutting` parts an mbox into mails, `reading` makes a record
of each mail, `times` and `bodies` serve it, `threads` joins the records. A record holds
identifiers, instants, flags and the length of the text; the text itself and the subject end here.
"""
