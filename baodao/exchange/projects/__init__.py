"""What every unit does at least once a year with its community (domain 6.6, 7.4): a
cooperation project (L09) and a key problem solved (L10, L36). Both are duties of the
unit for the year, which an accepted project or a closed problem fulfils."""
