"""The retrieval library; it knows nothing of Rasa or the web.

What is known: knowledge (certification pages), names, examples, questions, library (all of it, open).
From outside: pages (ingestion), published, page_facts, page_entries.
Embeddings: encoder, engines, packaged, universal_encoder, token_rows, products.
Retrieval: text, reading, passages, vectors, lexical, corpus, manifest, shelf, retriever, evaluate.
"""
