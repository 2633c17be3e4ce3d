"""The retrieval library: pages, knowledge, names, encoder, vectors, lexical scores, retriever."""
