"""A folder for each language and mail: subject.txt, body.txt, body.html."""
