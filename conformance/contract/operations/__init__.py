"""Operations: method, path, parameters, responses and security of one operation."""
